// Root may write everything: for the time of the work this process is somebody else.

export async function asNobody(work: () => Promise<void>): Promise<void> {
  const { getuid, seteuid } = process;
  if (getuid?.() !== 0 || !seteuid) return work();
  seteuid(65_534);
  try {
    await work();
  } finally {
    seteuid(0);
  }
}
