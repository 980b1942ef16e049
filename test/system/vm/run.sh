#!/usr/bin/env bash
# run.sh COMMAND: runs a bash command in the virtual machine (setup.sh), in this directory, as root. The host's files are
# there to be read; what is written is lost, but for the folder /out, VM_OUT on the host. Exits with the command's status.
#   VM_TIMEOUT=300 (seconds)   VM_MEMORY=1536 (MiB)   VM_ACCEL=tcg (kvm where there is real virtualisation)
set -euo pipefail
vm=${AIOESPNOW_VM:-$HOME/.cache/aioespnow-vm}
release=$(ls "$vm/kernel/lib/modules")
out=${VM_OUT:-}
if [ -z "$out" ]; then
  out=$(mktemp -d "$vm/out.XXXXXX")
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"
rm -f "$out/status"
printf '%s\n' "$1" >"$out/command"
printf 'MODULES=%q\nDIRECTORY=%q\n' "$vm/kernel/lib/modules" "$PWD" >"$out/environment"

accel=${VM_ACCEL:-tcg}
cpu=max,la57=off
[ "$accel" = kvm ] && cpu=host
# One processor: more of them are slower in emulation.
timeout --foreground -k 5 "${VM_TIMEOUT:-300}" qemu-system-x86_64 \
  -machine q35 -accel "$accel" -cpu "$cpu" -smp 1 -m "${VM_MEMORY:-1536}" \
  -nodefaults -no-user-config -display none -no-reboot -nic none \
  -kernel "$vm/kernel/boot/vmlinuz-$release" -initrd "$vm/initrd.gz" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off nowatchdog tsc=reliable no_timer_check cryptomgr.notests random.trust_cpu=on" \
  -serial file:"$out/kernel.log" \
  -device virtio-serial -chardev stdio,id=console,signal=off -device virtconsole,chardev=console \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -fsdev local,id=out,path="$out",security_model=none -device virtio-9p-pci,fsdev=out,mount_tag=out \
  </dev/null || true

if [ ! -s "$out/status" ]; then
  echo "the virtual machine gave no status; the end of its kernel's log:" >&2
  tail -n 15 "$out/kernel.log" >&2
  exit 124
fi
exit "$(cat "$out/status")"
