/** The pieces in which Nomad sends a log. Pure. */

/** A part of one file, as Nomad sends it. */
export interface Frame {
  file: number;
  begin: number;
  data: Buffer;
}

/** The last one may be cut off: its place is asked for again. */
export function parsedFrames(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const [json] of text.matchAll(/\{[^{}]*\}/g)) {
    // `{}` is a sign of life.
    const {
      Data,
      File = "",
      Offset = 0,
    } = JSON.parse(json) as { Data?: string; File?: string; Offset?: number };
    if (!Data) continue;
    const data = Buffer.from(Data, "base64");
    const file = Number(/\.(\d+)$/.exec(File)?.[1] ?? 0);
    frames.push({ file, begin: beginOf(frames.at(-1), file, Offset - data.length), data });
  }
  return frames;
}

/** Nomad says where a frame ends; of a short one behind others it says where a full one would have ended. */
function beginOf(before: Frame | undefined, file: number, told: number): number {
  if (!before) return told;
  return before.file === file ? before.begin + before.data.length : 0;
}
