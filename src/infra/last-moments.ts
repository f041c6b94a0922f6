// The moments in which a process can still put things back: its exit, and a crash before it is
// reported, so that the report is seen.

/** Calls `putBack` in each of them, until the result is disposed; a crash goes on as it would. */
export function atLastMoments(putBack: () => void): Disposable {
  const crash = (reason: unknown) => {
    putBack();
    // A listener for it takes over from the runtime, which would have ended the process.
    throw reason;
  };
  process.on("exit", putBack);
  process.on("uncaughtExceptionMonitor", putBack);
  process.on("unhandledRejection", crash);
  return {
    [Symbol.dispose]() {
      process.off("exit", putBack);
      process.off("uncaughtExceptionMonitor", putBack);
      process.off("unhandledRejection", crash);
    },
  };
}
