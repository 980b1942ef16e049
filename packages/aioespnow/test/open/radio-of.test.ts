import { expectTypeOf, test } from "vitest";
import { openRadio, openRadioSync, type RadioOf } from "#lib/open/open.ts";
import type { BoardRadio } from "#lib/radio/board/board-radio.ts";
import type { Radio } from "#lib/radio/radio.ts";

test("a URL that begins with board: opens a BoardRadio, for the compiler too; any other text a Radio", () => {
  const port: string = "/dev/ttyUSB0";
  const board = () => openRadio(`board:${port}`);
  const blocking = () => openRadioSync("board:tcp://127.0.0.1:9977");
  const any = () => openRadio(port);
  expectTypeOf(board).returns.resolves.toEqualTypeOf<BoardRadio>();
  expectTypeOf(blocking).returns.toEqualTypeOf<BoardRadio>();
  expectTypeOf(any).returns.resolves.toEqualTypeOf<Radio>();
  expectTypeOf<RadioOf<"air:">>().toEqualTypeOf<Radio>();
});
