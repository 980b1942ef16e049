#!/usr/bin/env bash
# Prepares a small virtual machine whose kernel has mac80211_hwsim, the kernel's own virtual Wi-Fi radios: once for each
# machine, in ~/.cache/aioespnow-vm (AIOESPNOW_VM). Debian's stock kernel package is unpacked, not installed; the initramfs
# holds busybox and what is needed to mount the host's root, from which all the rest comes.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vm=${AIOESPNOW_VM:-$HOME/.cache/aioespnow-vm}
mkdir -p "$vm"
cd "$vm"

if [ ! -d kernel/lib/modules ]; then
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
  rm -rf deb kernel.new && mkdir -p deb
  (cd deb && apt-get download -qq "$package")
  dpkg -x deb/"$package"_*.deb kernel.new
  depmod -b kernel.new "$(ls kernel.new/lib/modules)"
  rm -rf deb && mv kernel.new kernel
fi
release=$(ls kernel/lib/modules)

rm -rf root && mkdir -p root/{bin,dev,proc,sys,modules,lib/firmware,mnt/lower,mnt/upper,mnt/root}
cp /bin/busybox root/bin/busybox
for module in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
  # Each module after those that it needs, each once: the order in which init loads them.
  modprobe -d "$vm/kernel" -S "$release" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' | while read -r file; do
  cp "$file" root/modules/
  basename "$file" >>root/modules/order
done
# The kernel looks for firmware in the root of process 1.
cp -L /lib/firmware/regulatory.db /lib/firmware/regulatory.db.p7s root/lib/firmware/
cp "$here/init" root/init
chmod +x root/init
(cd root && find . | cpio --quiet -o -H newc | gzip -1) >initrd.gz
