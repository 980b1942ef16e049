import { Scenario } from "espnow-micropython";
import { adviceFor, SdCard } from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";

describe("esp32.Partition", () => {
  const OTA = `
import machine
from esp32 import Partition
running = Partition(Partition.RUNNING)
print(running.info()[4], Partition(Partition.BOOT).info()[4], machine.reset_cause())
if machine.reset_cause() == machine.PWRON_RESET:
    target = running.get_next_update()
    image = b"\\xe9" + bytes(range(256)) * 40
    print(target, target.ioctl(4, 0), target.ioctl(5, 0))
    try:
        target.set_boot()
    except OSError as e:
        print(e)
    for block in range(0, len(image), 4096):
        target.writeblocks(block // 4096, image[block : block + 4096])
    check = bytearray(len(image))
    target.readblocks(0, check)
    print(check == image)
    target.set_boot()
    machine.reset()
VALID
`;

  /** What a program prints that updates itself, and starts three times. */
  async function outputOf(valid: string): Promise<string> {
    await using scenario = new Scenario();
    const source = OTA.replace("VALID", valid);
    const board = scenario.board({ source });
    await scenario.run(1000);
    return board.output;
  }

  const UPDATE =
    "ota_0 ota_0 1\n<Partition type=0, subtype=17, address=1638400, size=1572864, label=ota_1, encrypted=0> 384 4096\n" +
    "(-5379, 'ESP_ERR_OTA_VALIDATE_FAILED')\nTrue\n";

  test("takes an image, and the board starts from it after a reset", async () => {
    const valid =
      "Partition.mark_app_valid_cancel_rollback()\nif machine.RTC().memory() == b'': machine.RTC().memory(b'x'); machine.reset()";
    expect(await outputOf(valid)).toBe(`${UPDATE}ota_1 ota_1 2\nota_1 ota_1 2\n`);
  });

  test("goes back to the one before where the new one does not call itself valid", async () => {
    const invalid = "if machine.RTC().memory() == b'': machine.RTC().memory(b'x'); machine.reset()";
    expect(await outputOf(invalid)).toBe(`${UPDATE}ota_1 ota_1 2\nota_0 ota_0 2\n`);
  });

  test("finds partitions by type and label, and reads nothing beyond them", async () => {
    await using scenario = new Scenario();
    const source = `
from esp32 import Partition
print([p.info()[4] for p in Partition.find(Partition.TYPE_DATA)], Partition.find(label="ota_1")[0].info())
for wrong in (lambda: Partition("none"), lambda: Partition("phy_init").readblocks(1, bytearray(1))):
    try:
        wrong()
    except (OSError, ValueError) as e:
        print(e)
`;
    const board = scenario.board({ source });
    await scenario.run(100);
    expect(board.output).toBe(
      "['nvs', 'otadata', 'phy_init', 'vfs'] (0, 17, 1638400, 1572864, 'ota_1', False)\n" +
        "[Errno 2] ENOENT\nthat is not in the partition\n",
    );
  });
});

describe("quiet devices", () => {
  test("I2S takes as long as the sound, or calls back then; a DAC takes levels", async () => {
    await using scenario = new Scenario();
    const source = `
import time
from machine import DAC, I2S, Pin
def sound(mode):
    return I2S(0, sck=Pin(14), ws=Pin(13), sd=Pin(12), mode=mode, bits=16, format=I2S.STEREO, rate=8000, ibuf=4000)
out = sound(I2S.TX)
print(out.write(bytes(16000)), time.ticks_ms())
microphone = sound(I2S.RX)
buf = bytearray(b"x" * 3200)
print(microphone.readinto(buf), buf == bytes(3200), time.ticks_ms())
out.irq(lambda i2s: print("done", time.ticks_ms()))
print(out.write(bytes(3200)), time.ticks_ms())
time.sleep_ms(200)
samples = bytearray(b"\\x00\\x40\\x00\\xc0")
I2S.shift(buf=samples, bits=16, shift=-1)
print(samples.hex())
dac = DAC(Pin(25))
dac.write(128)
print(dac, hasattr(Pin.board, "LED"))
`;
    const board = scenario.board({ source });
    await scenario.run(2000);
    expect(board.output).toBe("16000 500\n3200 True 600\n3200 600\ndone 700\n002000e0\nDAC(Pin(25)) False\n");
  });

  test("registers read 0 and an SDCard has no card: a remark says so", async () => {
    await using scenario = new Scenario();
    const source = `
from machine import SDCard, mem32
mem32[0x3ff44004] = 5
print(mem32[0x3ff44004])
try:
    SDCard(slot=2).info()
except OSError as e:
    print(e)
`;
    const board = scenario.board({ source });
    await scenario.run(100);
    expect(board.output).toBe("0\n(-263, 'ESP_ERR_TIMEOUT')\n");
    expect(adviceFor(board.machine)).toEqual([
      { text: "it used machine.mem32: registers read 0 here, and what is written is lost", isDevice: false },
      { text: "it found no card in its SDCard: a device sdcard", isDevice: true },
    ]);
  });

  test("a card is mounted, its files stay over a reset, and without it mounting fails", async () => {
    await using scenario = new Scenario();
    const source = `
import machine, os, vfs
card = machine.SDCard(slot=2, sck=18, miso=19, mosi=23, cs=5)
os.mount(card, "/sd")
with open("/sd/log.csv", "a") as f:
    f.write("1,2\\n")
print(os.listdir("/sd"), os.stat("/sd/log.csv")[6], "sd" in os.listdir("/"), card.info()[1])
os.umount("/sd")
os.VfsFat.mkfs(card)
vfs.mount(vfs.VfsFat(card), "/card")
print(os.listdir("/card"), [pair[1] for pair in vfs.mount()])
class Flash:
    def readblocks(self, *args): pass
for wrong in (lambda: os.mount(Flash(), "/x"), lambda: card.readblocks(0, bytearray(512))):
    try:
        wrong()
    except NotImplementedError as e:
        print(e)
if machine.reset_cause() == machine.PWRON_RESET:
    machine.reset()
`;
    const board = scenario.board({ source }, { mayFail: true });
    const card = new SdCard(board.machine);
    await scenario.run(100);
    const rest =
      "[] ['/card', '/']\na simulated board mounts an SDCard, and no other block device\n" +
      "SDCard: mount it with os.mount(); its blocks cannot be read or written here\n";
    const first = "['log.csv'] 4 True 512\n";
    expect(board.output).toBe(`${first}${rest}${first.replace("4", "8")}${rest}`);
    expect(new TextDecoder().decode(board.files.get("/sd/log.csv"))).toBe("1,2\n1,2\n");
    expect(adviceFor(board.machine)).toEqual([]);
    card.set({ connected: false });
    board.reset();
    await scenario.run(100);
    expect(board.output).toContain("OSError: (-263, 'ESP_ERR_TIMEOUT')");
    expect(adviceFor(board.machine)).toEqual([]);
  });

  test("an ESP8266 has none of them", async () => {
    await using scenario = new Scenario();
    const board = scenario.board(
      { source: "import machine\nprint([hasattr(machine, name) for name in ('DAC', 'I2S', 'SDCard', 'TouchPad')])" },
      { board: "esp8266" },
    );
    await scenario.run(100);
    expect(board.output).toBe("[False, False, False, False]\n");
  });
});
