/**
 * Asks again until the answer is the wanted one, for what other processes do in their own time.
 *
 * @returns the last answer: the wanted one, or what was there when the time was over.
 */
export async function settles<T>(ask: () => Promise<T> | T, wanted: T, milliseconds = 5_000): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer === wanted || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
