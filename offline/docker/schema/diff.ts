import {
  type DiffRequest,
  type DiffResult,
  type Properties,
  type PropertyValue,
  Unknown,
} from "../../host/types";
import { containsUnknown, isObject } from "../../host/values";
import { join } from "./check";
import { type Field, type Fields } from "./field";
import { canonical, isEmpty, reveal, revealAll } from "./values";

type Kind = "add" | "delete" | "update";
type Change = [path: string, kind: Kind];

/**
 * What changed between the state (old outputs) and the new inputs. A property that Docker computes and
 * the user leaves alone never counts; one that the user dropped counts unless it was empty.
 */
export function diffInputs(fields: Fields, request: DiffRequest): DiffResult {
  const olds = revealAll(request.olds);
  const news = revealAll(request.news);
  const changed: string[] = [];
  const replaces: string[] = [];
  const detailedDiff: NonNullable<DiffResult["detailedDiff"]> = {};
  for (const [key, field] of Object.entries(fields)) {
    const changes = compare(field, olds[key], news[key], key);
    if (changes.length === 0) continue;
    changed.push(key);
    const replacing = field.replaces || field.replacesHere || (field.dropReplaces && isEmpty(news[key]));
    if (replacing) replaces.push(key);
    for (const [path, kind] of changes) {
      detailedDiff[path] = { kind: replacing ? `${kind}-replace` : kind };
    }
  }
  const result: DiffResult = {
    changes: changed.length > 0 ? "some" : "none",
    stables: Object.keys(fields)
      .filter((key) => fields[key]?.replaces && !replaces.includes(key))
      .sort(),
  };
  if (changed.length === 0) return result;
  result.diffs = changed.sort();
  result.detailedDiff = detailedDiff;
  if (replaces.length > 0) {
    result.replaces = replaces.sort();
    result.deleteBeforeReplace = keepsItsName(olds, news);
  }
  return result;
}

/** The changes from `old` to `next`; empty when both mean the same. */
export function compare(
  field: Field,
  old: PropertyValue | undefined,
  next: PropertyValue | undefined,
  path = "",
): Change[] {
  if (field.output) return [];
  if (next === undefined || next === null) {
    return field.computed || field.inherited || isEmpty(old) ? [] : [[path, "delete"]];
  }
  if (next instanceof Unknown) return [[path, old === undefined || old === null ? "add" : "update"]];
  switch (field.kind) {
    case "set":
      return compareSets(field.element, asList(old), asList(next), path);
    case "list":
      return compareLists(field.element, asList(old), asList(next), path);
    case "map":
      return compareKeys(() => ({ kind: "string" }), asObject(old), asObject(next), path);
    case "object":
      return compareKeys((key) => field.fields[key], asObject(old), asObject(next), path);
    default:
      if (canonical(old) === canonical(next)) return [];
      return [[path, old === undefined || old === null ? "add" : "update"]];
  }
}

function compareLists(element: Field, olds: PropertyValue[], news: PropertyValue[], path: string): Change[] {
  const changes: Change[] = [];
  for (let index = 0; index < Math.max(olds.length, news.length); index++) {
    const at = `${path}[${index}]`;
    if (index >= news.length) changes.push([at, "delete"]);
    else if (index >= olds.length) changes.push([at, "add"]);
    else changes.push(...compare(element, olds[index], news[index], at));
  }
  return changes;
}

/** Elements are matched by what they mean. An index that lost one element and gained another is updated. */
function compareSets(element: Field, olds: PropertyValue[], news: PropertyValue[], path: string): Change[] {
  const left = [...olds];
  const added: number[] = [];
  news.forEach((candidate, index) => {
    const found = containsUnknown(candidate)
      ? -1
      : left.findIndex((old) => compare(element, old, candidate).length === 0);
    if (found < 0) added.push(index);
    else left.splice(found, 1);
  });
  const removed = left.map((old) => olds.indexOf(old));
  return [...new Set([...added, ...removed])]
    .sort((a, b) => a - b)
    .map((index): Change => {
      const kind = !added.includes(index) ? "delete" : removed.includes(index) ? "update" : "add";
      return [`${path}[${index}]`, kind];
    });
}

function compareKeys(
  fieldOf: (key: string) => Field | undefined,
  olds: Properties,
  news: Properties,
  path: string,
): Change[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort().flatMap((key) => {
    const field = fieldOf(key);
    return field === undefined ? [] : compare(field, olds[key], news[key], join(path, key));
  });
}

function asList(value: PropertyValue | undefined): PropertyValue[] {
  return Array.isArray(value) ? (value as PropertyValue[]) : [];
}

function asObject(value: PropertyValue | undefined): Properties {
  return isObject(value) ? value : {};
}

/** Docker refuses two containers, networks or volumes with one name, so the old one has to go first. */
function keepsItsName(olds: Properties, news: Properties): boolean {
  return !containsUnknown(news.name) && canonical(olds.name) === canonical(reveal(news.name ?? null));
}
