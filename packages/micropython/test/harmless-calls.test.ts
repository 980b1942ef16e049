import { expect, test } from "vitest";
import { compiledMicroPython } from "#micropython/host/compiled-micropython.ts";
import { callers } from "#micropython/vm/collector.ts";
import { HANDLE_PENDING, HARMLESS, Internals } from "#micropython/vm/internals.ts";
import { type Doors, loadVm } from "#micropython/vm/micropython.ts";
import { python } from "./on-a-board.ts";

const JUMP = "for _ in (0,):\n    pass\n";

/** Every kind of call from which garbage may be collected, with a jump in it. */
const CALLS = python`
  def jump(*_args, **_names):
      for _ in (0,):
          pass

  class Places:
      def method(self):
          jump()
      def __call__(self):
          jump()
      def __iter__(self):
          jump()
          return self
      def __next__(self):
          jump()
          raise StopIteration
      def __enter__(self):
          jump()
      def __exit__(self, *_exception):
          jump()

  class Asynchronous:
      async def __aenter__(self):
          jump()
      async def __aexit__(self, *_exception):
          jump()
      def __aiter__(self):
          return self
      async def __anext__(self):
          jump()
          raise StopAsyncIteration

  def generator():
      try:
          yield jump()
          yield jump()
      except ValueError:
          yield jump()
      finally:
          jump()

  def delegating():
      yield from generator()

  async def coroutine():
      async with Asynchronous():
          async for _ in Asynchronous():
              pass
      jump()

  async def awaiting():
      await coroutine()

  def generators(make):
      for _ in make():
          jump()
      g = make()
      next(g)
      g.send(None)
      g.close()
      g = make()
      next(g)
      g.throw(ValueError)

  def importing(name, *args):
      return builtin_import(name, *args)

  def run():
      places = Places()
      places.method()
      places()
      for _ in places:
          pass
      with places:
          jump()
      generators(generator)
      generators(delegating)
      try:
          awaiting().send(None)
      except StopIteration:
          jump()
      jump(*(1, 2), **{"a": 1})
      [jump() for _ in (0,)]
      try:
          raise ValueError
      except ValueError:
          jump()
      finally:
          jump()
      exec("jump()", {"jump": jump})
      eval("jump()", {"jump": jump})
      execfile("/jump.py")
      import jumping
      import builtins
      global builtin_import
      builtin_import = builtins.__import__
      builtins.__import__ = importing
      import jumping_too
`;

test("the functions from whose calls garbage is collected are those by which Python functions call each other", async () => {
  const seen = new Set<number>();
  const handlers = new Set<number>();
  let internals: Internals | undefined;
  const watch: Doors["watch"] = (imports) => {
    const env = imports["env"] as { invoke_vi: (callee: number, argument: number) => void };
    const { invoke_vi } = env;
    env.invoke_vi = (callee, argument) => {
      const pending = internals?.callbacksPending;
      invoke_vi(callee, argument);
      if (internals === undefined || !pending || internals.callbacksPending) return;
      handlers.add(callee);
      for (const caller of callers()) seen.add(caller);
      internals.awaitJump();
    };
  };
  const { python: vm, memory } = await loadVm(compiledMicroPython(), { ...NO_DOORS, watch });
  for (const path of ["/jump.py", "/jumping.py", "/jumping_too.py", "/calls.py"]) {
    vm.FS.writeFile(path, new TextEncoder().encode(path === "/calls.py" ? CALLS : JUMP));
  }
  vm.runPython("import os, sys\nos.chdir('/')\nsys.path.append('')");
  const calls = vm.pyimport("calls") as { run: () => void };
  internals = Internals.probe(memory, () => vm._module._mp_sched_keyboard_interrupt()) as Internals;
  internals.awaitJump();
  calls.run();
  expect([...handlers]).toEqual([HANDLE_PENDING]);
  expect([...seen].sort((a, b) => a - b)).toEqual([...HARMLESS]);
});

const NO_DOORS: Omit<Doors, "watch"> = {
  uptime: () => 0,
  calendar: () => 0,
  chance: () => 0,
  onCall: () => undefined,
  outOfMemory: () => undefined,
  input: { read: () => undefined } as unknown as Doors["input"],
  output: { write: () => undefined } as unknown as Doors["output"],
  awaitInput: () => undefined,
};
