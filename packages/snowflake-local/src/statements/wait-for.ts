/** Waits until something is over, but not longer than a time. */
export async function waitFor(over: Promise<void>, atMostMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, atMostMs);
  });
  await Promise.race([over, late]);
  clearTimeout(timer);
}
