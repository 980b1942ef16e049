import type { Machine } from "../board/machine.ts";
import { PARTITIONS } from "../board/partitions.ts";
import type { Vm } from "../vm/vm.ts";

/** Attaches the partitions of the flash to a program: `esp32.Partition`. */
export function attachPartitions(vm: Vm, { partitions }: Machine): void {
  const table = PARTITIONS.map(({ label, type, subtype, address, size }) => [type, subtype, address, size, label]);
  vm.handle("partition_table", () => new TextEncoder().encode(JSON.stringify(table)));
  vm.handle("partition_running", () => partitions.running);
  vm.handle("partition_boot", () => partitions.boot);
  vm.handle("partition_set_boot", ({ index }) => (partitions.setBoot(index) ? 1 : 0));
  vm.handle("partition_mark_valid", () => partitions.markValid());
  vm.handle("partition_read", ({ index, offset, length }) => partitions.read(index, offset, length));
  vm.handle("partition_write", ({ index, offset, written }) => partitions.write(index, offset, written));
}
