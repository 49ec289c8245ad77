/** The output of a one-off command as it was before components/gate/django_nomad_manage/keep.py put breaks into it. */

const zero = 0;
const newline = 10;

export class WithoutBreaks {
  private heldZero = false;

  push(data: Buffer): Buffer {
    const all = this.heldZero ? Buffer.concat([Buffer.from([zero]), data]) : data;
    // A zero at the end may be half of a break.
    this.heldZero = all.length > 0 && all[all.length - 1] === zero;
    const end = this.heldZero ? all.length - 1 : all.length;
    const kept: Buffer[] = [];
    let begin = 0;
    for (let at = all.indexOf(zero); at !== -1 && at < end; at = all.indexOf(zero, at + 1)) {
      if (all[at + 1] !== newline) continue;
      kept.push(all.subarray(begin, at));
      begin = at + 2;
    }
    kept.push(all.subarray(begin, end));
    return kept.length === 1 ? kept[0] : Buffer.concat(kept);
  }

  /** What was held back: a log that was cut off may end so. */
  end(): Buffer {
    return Buffer.from(this.heldZero ? [zero] : []);
  }
}
