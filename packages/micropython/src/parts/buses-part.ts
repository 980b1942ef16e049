import type { Machine } from "../board/machine.ts";
import { doubleBytes } from "../channel/double-bytes.ts";
import type { VmHost } from "../host/vm-host.ts";

/** ENODEV: nobody acknowledges the address. */
const NO_DEVICE = -19;

/** What a DS18B20 tells that has not measured. */
const POWER_ON_CELSIUS = 85;

/** Attaches what hangs on the board's wires to a program: I2C, SPI, UART, 1-Wire. */
export function attachBuses(vm: VmHost, machine: Machine): void {
  attachI2c(vm, machine);
  vm.handle("spi.transfer", (call) => {
    call.reply = machine.spi(call.a).transfer(call.data);
    return call.reply.length;
  });
  attachUart(vm, machine);
  vm.handle("onewire.scan", (call) => {
    call.reply = Buffer.from(machine.oneWire(call.a).roms.join(""), "hex");
    return call.reply.length;
  });
  vm.handle("onewire.temperature", (call) => {
    const rom = Buffer.from(call.data).toString("hex");
    call.reply = doubleBytes(machine.oneWire(call.a).at(rom) ?? POWER_ON_CELSIUS);
    return call.reply.length;
  });
}

function attachI2c(vm: VmHost, machine: Machine): void {
  vm.handle("i2c.scan", (call) => {
    call.reply = Uint8Array.from(machine.i2c(call.a).addresses);
    return call.reply.length;
  });
  vm.handle("i2c.write", ({ a, b, data }) => {
    const device = machine.i2c(a).at(b);
    device?.write(data);
    return device === undefined ? NO_DEVICE : data.length;
  });
  vm.handle("i2c.read", (call) => {
    const [address, length] = [call.b & 0x7f, call.b >> 7];
    const device = machine.i2c(call.a).at(address);
    if (device === undefined) return NO_DEVICE;
    call.reply = new Uint8Array(length);
    call.reply.set(device.read(length).subarray(0, length));
    return length;
  });
}

function attachUart(vm: VmHost, machine: Machine): void {
  vm.handle("uart.setUp", ({ a, b }) => {
    machine.uart(a).setUp(b);
    return 0;
  });
  vm.handle("uart.write", ({ a, data }) => {
    machine.uart(a).onData?.(data);
    return data.length;
  });
  vm.handle("uart.any", ({ a }) => machine.uart(a).available);
  vm.handle("uart.read", (call) => {
    call.reply = machine.uart(call.a).read(call.b);
    return call.reply.length;
  });
}
