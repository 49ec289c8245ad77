/** Takes secrets out of what is shown: logs repeat connection strings, JSON and settings. */

/** Takes out what must not be shown. */
export type Mask = (text: string) => string;

/** Shorter values, "off" or "1", would tear innocent words apart. */
const shortest = 4;
/** Of a value of several lines, such as a private key. */
const shortestLine = 8;

/** A mask that replaces every occurrence of these values, also as URLs, JSON and Python write them, and line by line. */
export function maskOf(secrets: readonly string[]): Mask {
  const values = [...new Set(secrets.flatMap(spellings))]
    .filter((value) => value.trim().length >= shortest)
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, "[secret]"), text);
}

function spellings(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  const telling = lines.map((line) => line.trim()).filter((line) => line.length >= shortestLine);
  const whole = lines.length > 1 ? [secret, ...telling] : [secret];
  return whole.flatMap((value) => {
    const json = JSON.stringify(value).slice(1, -1);
    const url = encodeURIComponent(value);
    const strict = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    const plus = strict.replaceAll("%20", "+");
    const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    return [
      value,
      json,
      value.replaceAll("\\", "\\\\").replaceAll("'", "\\'"),
      url,
      strict,
      plus,
      lower(url),
      lower(strict),
    ];
  });
}
