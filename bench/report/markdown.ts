/** What the report's sections are made of. */

/** A part of the report, with the charts that it shows. */
export interface Section {
  title: string;
  markdown: string;
  /** SVG by the name of its file. */
  charts: Record<string, string>;
}

/** The first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

export function image(file: string, alt: string): string {
  return `![${alt}](charts/${file})`;
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
