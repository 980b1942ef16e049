/** Programs with the hardware of their files: what they do in virtual time, and that they come to their point in real time. */
import { fileURLToPath } from "node:url";
import { systemClock } from "aioespnow/sim";
import { type Program, Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import {
  addHardware,
  type BoardHardware,
  type Ili9341,
  type Lamp,
  type Lcd,
  type Motor,
  type NeoPixelStrip,
  type Relay,
  readHardwareFile,
  type Ssd1306,
} from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const GATEWAY = "24:0a:c4:00:00:01";
const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Example {
  /** Its hardware file; undefined: it needs none. */
  readonly hardware: string | undefined;
  /** Its boards, by the names of their programs, or by others with the program. */
  readonly boards: Readonly<Record<string, ScenarioBoardOptions & { readonly program?: string }>>;
}

/** Switches on the boards of an example. */
function start(scenario: Scenario, { hardware, boards }: Example): Record<string, Program> {
  const [only = ""] = Object.keys(boards);
  const file = hardware === undefined ? { boards: {} } : readHardwareFile(FOLDER + hardware);
  const wired: Readonly<Record<string, BoardHardware>> = file.boards ?? { [only]: file };
  const programs: Record<string, Program> = {};
  for (const [name, { program: main = name, ...options }] of Object.entries(boards)) {
    const program = scenario.board(`${FOLDER}${main}.py`, { name, ...options });
    const ofBoard = wired[name];
    if (ofBoard !== undefined) addHardware(program.machine, ofBoard, { folder: FOLDER });
    programs[name] = program;
  }
  return programs;
}

/** Two boards that each other's programs know, and their hardware. */
const ROBOT: Example = { hardware: "robot.yaml", boards: { remote: {}, robot: { mac: "24:0a:c4:00:00:10" } } };
const WEATHER: Example = {
  hardware: "weather_station.yaml",
  boards: { weather_station: { mac: "24:0a:c4:00:00:02" }, gateway: { mac: GATEWAY } },
};
const DOOR: Example = { hardware: "rfid_door.yaml", boards: { rfid_door: {} } };
const PLANT: Example = { hardware: "plant.yaml", boards: { plant: {} } };
const ALARM: Example = { hardware: "pir_alarm.yaml", boards: { pir_alarm: {}, siren: { mac: "24:0a:c4:00:00:20" } } };
const LIGHT: Example = {
  hardware: "neopixel_light.yaml",
  boards: { wall_switch: {}, neopixel_light: { mac: "24:0a:c4:00:00:30" } },
};
const TRACKER: Example = { hardware: "gps_tracker.yaml", boards: { gps_tracker: {} } };
const THERMOMETER: Example = { hardware: "dht_lcd.yaml", boards: { dht_lcd: {} } };
const DIMMER: Example = { hardware: "dimmer.yaml", boards: { dimmer: {}, dimmed_lamp: { mac: "24:0a:c4:00:00:40" } } };
const LOGGER: Example = { hardware: "light_logger.yaml", boards: { light_logger: {} } };
const PARCEL: Example = { hardware: "shake.yaml", boards: { shake: {} } };
const HEATING: Example = { hardware: "thermometers.yaml", boards: { thermometers: {} } };
const DISPLAY: Example = { hardware: "room_display.yaml", boards: { room_display: { board: "esp8266" } } };
const DASHBOARD: Example = {
  hardware: "dashboard.yaml",
  boards: { dashboard: { mac: GATEWAY }, weather_station: { startMs: 1000 } },
};
const CELLAR: Example = { hardware: "ventilation.yaml", boards: { ventilation: {} } };
const BUTTON: Example = { hardware: "button.yaml", boards: { button: {}, lamp: { mac: "24:0a:c4:00:00:02" } } };
const SENSOR: Example = { hardware: "sensor.yaml", boards: { gateway: {}, sensor: {} } };
const UPDATE: Example = { hardware: "ota.yaml", boards: { ota_sender: {}, ota_node: {} } };
const FOLLOWER = { program: "time_follower" };
const CLOCKS: Example = {
  hardware: "time.yaml",
  boards: { time_leader: { mac: "24:0a:c4:00:00:50" }, near: FOLLOWER, far: FOLLOWER },
};
const MAILBOX: Example = { hardware: "mailbox.yaml", boards: { mailbox: {}, repeater: {}, mailbox_lamp: {} } };
const METER: Example = { hardware: "water_meter.yaml", boards: { water_meter: {}, gateway: { mac: GATEWAY } } };
const FRIEND = { program: "friendship_lamp" };
const FRIENDS: Example = { hardware: "friendship_lamp.yaml", boards: { ada: FRIEND, bob: FRIEND } };
const CHAT: Example = {
  hardware: "chat.yaml",
  boards: { bob: { program: "chat", argv: ["Bob"] }, ada: { program: "chat", argv: ["Ada"], startMs: 1000 } },
};
const HEARTBEAT: Example = {
  hardware: undefined,
  boards: { heartbeat_and_echo: {}, other: { program: "heartbeat_and_echo", startMs: 500 } },
};
const THERMOSTAT: Example = {
  hardware: "thermostat.yaml",
  boards: { thermostat: {}, valve: { mac: "24:0a:c4:00:00:60" } },
};
const LOG: Example = {
  hardware: "data_logger.yaml",
  boards: { data_logger: { mac: GATEWAY }, sensor: { argv: [GATEWAY] } },
};
const BELL: Example = { hardware: "doorbell.yaml", boards: { doorbell: {}, chime: { mac: "24:0a:c4:00:00:80" } } };
const SHELL: Example = {
  hardware: undefined,
  boards: {
    shell: { mac: "24:0a:c4:00:00:71" },
    shell_operator: { mac: "24:0a:c4:00:00:70", argv: ["24:0a:c4:00:00:71"], startMs: 1000 },
  },
};
const HELLO: Example = { hardware: undefined, boards: { hello: {} } };

function device<D>(program: Program | undefined, name: string): D {
  return program?.machine.devices.get(name) as D;
}

describe("in virtual time", () => {
  test("the robot drives as the remote says, and stops before an obstacle", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { remote, robot } = start(scenario, ROBOT);
    await scenario.run(1500);
    const speeds = (): number[] => ["left", "right"].map((name) => device<Motor>(robot, name).speed);
    expect(speeds()).toEqual([expect.closeTo(0.49, 2), expect.closeTo(0.49, 2)]);
    expect(device<Ssd1306>(remote, "oled").text).toEqual(["speed   49", "turn     0", "ok"]);
    await scenario.run(1000);
    expect(speeds()).toEqual([expect.closeTo(1, 2), expect.closeTo(-0.3, 2)]);
    await scenario.run(5500);
    expect(robot?.output).toBe("waiting\ndriving\nobstacle\nwaiting\nstopped\nwaiting\n");
    expect(speeds()).toEqual([0, 0]);
  });

  test("the robot stops when its remote is gone", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { remote, robot } = start(scenario, ROBOT);
    await scenario.run(1500);
    await remote?.stop();
    await scenario.until(robot as Program, /driving\nstopped\n/);
    expect(device<Motor>(robot, "left").speed).toBe(0);
  });

  test("the weather station sends what it has measured, and keeps what nobody acknowledges", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { weather_station: station, gateway } = start(scenario, WEATHER);
    await scenario.run(55 * MINUTE);
    expect(gateway?.output).toBe(
      "240ac4000002 [12.3, 71, 1009]\n240ac4000002 [12.3, 71, 1009]\n240ac4000002 [12.8, 70, 1009]\n" +
        "240ac4000002 [13.4, 68, 1008]\n240ac4000002 [14.1, 66, 1008]\n",
    );
    expect(station?.output).toContain("no reading: [Errno 19] ENODEV\n");
    await gateway?.stop();
    await scenario.run(25 * MINUTE);
    expect(station?.output).toContain("1 kept\n2 kept\n");
  });

  test("the door opens for known cards, and writes down who came", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { rfid_door: door } = start(scenario, DOOR);
    const lock = device<Relay>(door, "lock");
    await scenario.until(door as Program, /Ada came in/);
    await scenario.run(1000);
    expect(lock.isOn).toBe(true);
    await scenario.run(17 * SECOND);
    expect([lock.isOn, lock.switched]).toEqual([false, 2]);
    const log = new TextDecoder().decode(door?.files.get("/door.log"));
    expect(log).toBe("Ada came in\nunknown card 00000042\nGrace came in\n");
  });

  test("the plant is watered until the soil is wet, and not from an empty tank", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { plant } = start(scenario, PLANT);
    await scenario.run(30 * MINUTE);
    expect(plant?.output).toBe("watered 3 times, soil 41500\n");
    await scenario.until(plant as Program, /the tank is empty\n/);
    expect(device<Relay>(plant, "pump").switched).toBe(3);
  });

  test("the siren sounds for motion and for the window, until its button is pressed", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { siren, pir_alarm: alarm } = start(scenario, ALARM);
    await scenario.run(6 * SECOND);
    expect(device<Lamp>(siren, "flash").brightness).toBeCloseTo(0.5);
    await scenario.run(2 * MINUTE);
    expect(alarm?.output).toBe("armed\nmotion told in 1 tries\nwindow told in 1 tries\n");
    expect(siren?.output).toBe("ALARM: motion\nquiet after 7 s\nALARM: window\nquiet after 60 s\n");
  });

  test("the light has the colors of the switch", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { neopixel_light: light } = start(scenario, LIGHT);
    const strip = device<NeoPixelStrip>(light, "strip");
    await scenario.until(light as Program, /shows #ff8000/);
    expect(strip.colors).toEqual(Array(8).fill("#ff8000"));
    await scenario.until(light as Program, /shows rainbow/);
    expect(new Set(strip.colors).size).toBe(8);
    await scenario.until(light as Program, /shows off/);
    expect(strip.colors).toEqual(Array(8).fill("#000000"));
  });

  test("the tracker tells where it is when it has moved, and every five minutes", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { gps_tracker: tracker } = start(scenario, TRACKER);
    await scenario.run(10 * MINUTE);
    expect(tracker?.output).toBe(
      "080001 48.1374 11.5755 not heard\n080131 48.139 11.5755 not heard\n080632 48.139 11.5755 not heard\n",
    );
  });

  test("the thermometer shows readings, and that its sensor is gone", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { dht_lcd: thermometer } = start(scenario, THERMOMETER);
    const display = device<Lcd>(thermometer, "display");
    await scenario.run(25 * SECOND);
    expect(display.text).toEqual(["24.1 C  40 %", "20.5 to 24.1"]);
    await scenario.until(thermometer as Program, /no sensor/);
    expect(display.text).toEqual(["no sensor", "20.5 to 24.1"]);
    await scenario.until(thermometer as Program, /18\.2 18\.2 24\.1/);
  });

  test("the lamp goes to the brightness of the dimmer in steps", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { dimmer, dimmed_lamp: lamp } = start(scenario, DIMMER);
    const seen: number[] = [];
    lamp?.machine.pwm(2).observe(({ dutyU16 }) => seen.push(dutyU16));
    await scenario.run(8 * SECOND);
    expect(dimmer?.output).toBe("0 %\n50 %\n100 %\n");
    expect(lamp?.output).toBe("at 50 %\nat 100 %\n");
    expect(seen.length).toBeGreaterThan(30);
    expect(Math.max(...seen.map((duty, index) => Math.abs(duty - (seen[index - 1] ?? 0))))).toBe(2048);
  });

  test("the light logger writes a line a minute, and tells when it gets light and dark", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { light_logger: logger } = start(scenario, LOGGER);
    await scenario.run(24 * 60 * MINUTE);
    expect(logger?.output).toBe("dark 0.8 lux\nlight 45.0 lux\ndark 4.2 lux\n");
    const lines = new TextDecoder().decode(logger?.files.get("/log.csv")).trim().split("\n");
    expect(lines).toHaveLength(24 * 60);
    expect(lines.filter((line) => line.endsWith(",8000.0"))).toHaveLength(7 * 60);
  });

  test("the parcel tells that it falls, is shaken and turned over", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { shake } = start(scenario, PARCEL);
    await scenario.run(8 * SECOND);
    const states = shake?.output.split("\n").map((line) => line.replace(" (nobody hears it)", ""));
    expect(states).toEqual(["rests", "falls", "is shaken", "rests", "upside down", ""]);
  });

  test("the heating's thermometers are told by their codes, and one that is gone is missed", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { thermometers } = start(scenario, HEATING);
    await scenario.run(95 * SECOND);
    expect(thermometers?.output).toBe(
      "boiler 60.3 flow 54.5 return 41.0\nboiler 60.3 flow 54.5 return 41.0\n" +
        "boiler 60.3 flow 57.0 return 41.0\nflow 57.0 return 41.0 no boiler\n",
    );
  });

  test("an ESP8266 shows its own reading and that of the weather station", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { room_display: display } = start(scenario, {
      hardware: DISPLAY.hardware,
      boards: { room_display: { board: "esp8266", mac: GATEWAY } },
    });
    await scenario.run(10 * SECOND);
    const { weather_station: station } = start(scenario, {
      hardware: WEATHER.hardware,
      boards: { weather_station: {} },
    });
    await scenario.until(station as Program, /sent/);
    await scenario.until(display as Program, /22 12\.3/);
    expect(device<Ssd1306>(display, "oled").text).toEqual(["inside  22 C", "outside 12.3 C"]);
  });

  test("the dashboard shows what the weather station sends, in color", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { dashboard } = start(scenario, DASHBOARD);
    await scenario.run(55 * MINUTE);
    const tft = device<Ili9341>(dashboard, "tft");
    expect(tft.text).toEqual(["temperature     14.1", "humidity          66", "pressure        1008"]);
    const bars = Array.from({ length: 7 }, (_, i) => tft.colorAt(20 + 6 * i, 219).toString(16));
    expect(bars).toEqual([...Array(6).fill("ffa200"), "0"]);
  });

  test("the cellar is aired while the air outside is drier", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const { ventilation } = start(scenario, CELLAR);
    await scenario.run(30 * MINUTE);
    const fan = ventilation?.output
      .trim()
      .split("\n")
      .map((line) => line.split(" ").at(-1));
    expect(fan).toEqual(["off", "off", "off", "on", "on", "off"]);
  });

  test("sensors that know no gateway find one, and lose no reading", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const gateway = scenario.board(`${FOLDER}gateway.py`);
    for (const value of [11, 22]) scenario.board(`${FOLDER}sensor.py`).machine.adc(34).value = value;
    await scenario.run(10 * MINUTE);
    const lines = gateway.output.trim().split("\n");
    expect([lines.filter((line) => line.endsWith("[11]")), lines.filter((line) => line.endsWith("[22]"))]).toEqual([
      Array(10).fill(expect.any(String)),
      Array(10).fill(expect.any(String)),
    ]);
  });
});

/** What is typed at the boards of a program. */
const TYPED: Readonly<Record<string, string>> = { chat: "hello\n", shell_operator: "6 * 7\n" };

/**
 * What a program prints when the example works, and it does so on a busy computer too, where a board may miss what is
 * short. All that they do is tested in virtual time, above and in `tests`.
 */
const MEANINGFUL: readonly (readonly [program: string, example: Example, pattern: RegExp])[] = [
  ["hello", HELLO, /nobody acknowledged\n\(None, None\)\n/],
  ["gateway", METER, /\[[12]\]\n/],
  ["button", BUTTON, /switched\n/],
  ["gateway", SENSOR, /\[1234\]\n/],
  ["robot", ROBOT, /driving\n/],
  ["gateway", WEATHER, /\[12\.3, 71, 1009\]/],
  ["rfid_door", DOOR, /came in\n|unknown card/],
  ["siren", ALARM, /ALARM: /],
  ["neopixel_light", LIGHT, /shows #ff8000\n/],
  ["gps_tracker", TRACKER, /48\.1374 11\.5755 not heard/],
  ["dht_lcd", THERMOMETER, /20\.5 20\.5 20\.5\n/],
  ["dimmed_lamp", DIMMER, /at 100 %\n/],
  ["light_logger", LOGGER, /dark 0\.8 lux\n/],
  ["shake", PARCEL, /rests /],
  ["thermometers", HEATING, /boiler 60\.3 flow 54\.5 return 41\.0\n/],
  ["room_display", DISPLAY, /22 --\n/],
  ["dashboard", DASHBOARD, /12\.3 71 1009\n/],
  ["ventilation", CELLAR, /10\.2 15\.2 g\/m3, fan off\n/],
  ["ota_node", UPDATE, /version 1 .*version 2 /s],
  ["far", CLOCKS, /synchronized/],
  ["mailbox_lamp", MAILBOX, /letter 1\n/],
  ["bob", FRIENDS, /pairing\n/],
  ["bob", CHAT, /Ada: hello\n/],
  ["thermostat", THERMOSTAT, /\d+\.\d \d+ % open\n/],
  ["data_logger", LOG, /wrote 1 lines, 0 were dropped\n/],
  ["chime", BELL, /ring 1 from .*played\n/s],
  ["shell_operator", SHELL, /42\n/],
  ["heartbeat_and_echo", HEARTBEAT, /from .*b'ping'/s],
];

/** Rejects where it does not come to its point. */
async function playInRealTime([name, example, pattern]: (typeof MEANINGFUL)[number]): Promise<void> {
  await using scenario = new Scenario({ seed: 1, clock: systemClock });
  const programs = start(scenario, example);
  for (const [board, { program: main = board }] of Object.entries(example.boards)) {
    programs[board]?.type(TYPED[main] ?? "");
  }
  await scenario.until(programs[name] as Program, pattern, { within: 20 * SECOND });
}

/** Real time does not wait for a busy computer: a board that gets no turn for a second misses a press of a button. */
const TRIES = 3;

test("in real time each example comes to its point", async () => {
  const waiting = [...MEANINGFUL];
  const play = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const again = next;
      let played = playInRealTime(again);
      for (let tries = 1; tries < TRIES; tries++) played = played.catch(() => playInRealTime(again));
      await played;
    }
  };
  await playInRealTime(waiting.shift() as (typeof MEANINGFUL)[number]); // the first board of a process takes longer
  await Promise.all([play(), play(), play()]); // more at once would be late on a busy computer
});

test("in real time the pump does nothing while the soil is wet enough", async () => {
  await using scenario = new Scenario({ seed: 1, clock: systemClock });
  const { plant } = start(scenario, PLANT);
  await scenario.run(500);
  expect([plant?.output, device<Relay>(plant, "pump").isOn]).toEqual(["", false]);
});
