import type { I2cDevice } from "../board/buses.ts";
import type { Machine } from "../board/machine.ts";
import { Refusal } from "../bridge/refusal.ts";
import type { Vm } from "../vm/vm.ts";

const ENODEV = 19;
/** The longest answer to a call. */
const MAX_READ = 8192;

/** What a DS18B20 tells that has not measured. */
const POWER_ON_CELSIUS = 85;

/** Attaches what hangs on the board's wires to a program: I2C, SPI, UART, 1-Wire. */
export function attachBuses(vm: Vm, machine: Machine): void {
  attachI2c(vm, machine);
  vm.handle("spi_transfer", ({ bus, written }) => machine.spi(bus).transfer(written));
  attachUart(vm, machine);
  vm.handle("onewire_scan", ({ pin }) => {
    const { roms } = machine.oneWire(pin);
    if (roms.length === 0) machine.missed.add({ kind: "onewire", pin });
    return Uint8Array.from(roms.join("").match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  });
  vm.handle("onewire_temperature", ({ pin, rom }) => {
    return machine.oneWire(pin).at(hexadecimal(rom)) ?? POWER_ON_CELSIUS;
  });
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function attachI2c(vm: Vm, machine: Machine): void {
  vm.handle("i2c_scan", ({ bus }) => {
    const { addresses } = machine.i2c(bus);
    if (addresses.length === 0) machine.missed.add({ kind: "i2c-scan", bus });
    return Uint8Array.from(addresses);
  });
  vm.handle("i2c_write", ({ bus, address, written }) => {
    i2cDevice(machine, bus, address).write(written);
    return written.length;
  });
  vm.handle("i2c_read", ({ bus, address, length }) => {
    const device = i2cDevice(machine, bus, address);
    if (length > MAX_READ) throw new RangeError(`${MAX_READ} bytes are the most of one transfer`);
    const read = new Uint8Array(length);
    read.set(device.read(length).subarray(0, length));
    return read;
  });
}

/** @throws Refusal `ENODEV` where nobody acknowledges the address. */
function i2cDevice(machine: Machine, bus: number, address: number): I2cDevice {
  const device = machine.i2c(bus).at(address);
  if (device !== undefined) return device;
  machine.missed.add({ kind: "i2c", bus, address });
  throw new Refusal(ENODEV, `nobody answers at the I2C address ${address}`);
}

function attachUart(vm: Vm, machine: Machine): void {
  vm.handle("uart_set_up", ({ uart, capacity }) => machine.uart(uart).setUp(capacity));
  vm.handle("uart_write", ({ uart, written }) => machine.uart(uart).take(written));
  vm.handle("uart_irq", ({ uart, isWanted }) => {
    machine.uart(uart).isIrqWanted = isWanted === 1;
  });
  vm.handle("uart_any", ({ uart }) => machine.uart(uart).available);
  vm.handle("uart_read", ({ uart, length }) => machine.uart(uart).read(length));
  vm.handle("uart_read_line", ({ uart, length }) => machine.uart(uart).readLine(length));
}
