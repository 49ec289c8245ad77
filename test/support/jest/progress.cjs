/** Tests on real servers are few and long: each gets a line of its own as it ends. */
module.exports = class Progress {
  onTestCaseResult({ context }, { status, ancestorTitles, title, duration }) {
    if (context.config.displayName.name === "unit") return;
    const mark = status === "passed" ? "✓" : "✕";
    const seconds = ((duration ?? 0) / 1000).toFixed(1);
    process.stderr.write(`  ${mark} ${[...ancestorTitles, title].join(" › ")} (${seconds} s)\n`);
  }
};
