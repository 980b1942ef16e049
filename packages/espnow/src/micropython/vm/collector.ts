/**
 * Garbage collection while a program blocks: this build of MicroPython collects only when no Python is on the stack,
 * which never comes for a program that does not return. (In work by mp-gc.)
 */
export {};
