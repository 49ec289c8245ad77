/** Tests on real servers are few and long: each gets a line of its own as it ends. */
const marks = { passed: "✓", failed: "✕", pending: "○", todo: "○" };

module.exports = class Progress {
  onTestCaseResult({ context }, { status, ancestorTitles, title, duration }) {
    if (context.config.displayName?.name === "unit" || !(status in marks)) return;
    const seconds = duration === undefined || duration === null ? "" : ` (${(duration / 1000).toFixed(1)} s)`;
    process.stderr.write(`  ${marks[status]} ${[...ancestorTitles, title].join(" › ")}${seconds}\n`);
  }
};
