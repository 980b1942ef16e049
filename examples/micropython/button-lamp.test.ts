/** How to test what programs do with their pins: a test presses the button of one board and looks at the lamp of another. */
import { fileURLToPath } from "node:url";
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

test("the button switches the lamp on, and off again", async () => {
  await using scenario = new Scenario();
  const button = scenario.board(file("button.py"));
  const lamp = scenario.board(file("lamp.py"), { mac: "24:0a:c4:00:00:02" });
  const levels: number[] = [];
  lamp.machine.pin(2).onChange = (level) => levels.push(level);
  await scenario.run(1000);
  for (let press = 0; press < 2; press++) {
    button.machine.pin(0).set(0);
    await scenario.run(100);
    button.machine.pin(0).set(1);
    await scenario.run(100);
  }
  expect(levels).toEqual([1, 0]);
  expect(button.output).toBe("switched\nswitched\n");
});

test("without a lamp in reach the button says so", async () => {
  await using scenario = new Scenario();
  const button = scenario.board(file("button.py"));
  await scenario.run(1000);
  button.machine.pin(0).set(0);
  await scenario.until(button, /no lamp in reach/);
});
