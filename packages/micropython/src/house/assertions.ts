/** What makes more of an assertion than one comparison, outside of brackets. */
const OTHERS: ReadonlySet<string> = new Set(["and", "or", "not", "if", "else", "lambda", "for", ",", ";", ":", "\\"]);
const COMPARISON = /^(?:not\s+in|is\s+not|in|is|[=!<>]=|[<>])$/;
/** A text, a comment, a word, an operator or any other character. */
const TOKEN =
  /[rbfRBF]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|#.*|\bnot\s+in\b|\bis\s+not\b|\w+|[=!<>]=|<<|>>|\S/g;
const ASSERTION = /^([ \t]*)assert\s+(.*)$/;

/**
 * A test's program in which `assert a == b` has become `__check__(a, "==", b)`, so that a failure can say what a and b are.
 * Assertions that are anything else than one comparison on one line stay, and so do the numbers of all lines.
 */
export function withChecks(source: string): string {
  const inText = linesInText(source);
  return source
    .split("\n")
    .map((line, index) => {
      const [, indent, expression] = (inText.has(index) ? null : ASSERTION.exec(line)) ?? [];
      const parts = expression === undefined ? undefined : comparisonOf(expression);
      if (parts === undefined) return line;
      return `${indent}__check__(${parts.left}, "${parts.operator}", ${parts.right})`;
    })
    .join("\n");
}

interface Comparison {
  readonly left: string;
  readonly operator: string;
  readonly right: string;
}

/** The comparison of an expression; undefined if it has none, or more than one. */
function comparisonOf(expression: string): Comparison | undefined {
  const found: Comparison[] = [];
  let depth = 0;
  let end = expression.length;
  for (const { 0: token, index } of expression.matchAll(TOKEN)) {
    if (token === '"' || token === "'") return undefined; // a text of several lines
    if (token.startsWith("#")) end = index;
    else if (/^[([{]$/.test(token)) depth++;
    else if (/^[)\]}]$/.test(token)) depth--;
    else if (depth === 0 && OTHERS.has(token)) return undefined;
    else if (depth === 0 && COMPARISON.test(token)) found.push(split(expression, index, token));
  }
  const [one, ...more] = found;
  if (one === undefined || more.length > 0 || depth !== 0) return undefined;
  const right = one.right.slice(0, one.right.length - (expression.length - end)).trim();
  return one.left === "" || right === "" ? undefined : { ...one, right };
}

function split(expression: string, at: number, operator: string): Comparison {
  const right = expression.slice(at + operator.length);
  return { left: expression.slice(0, at).trim(), operator: operator.replace(/\s+/, " "), right };
}

/** The lines that begin within a text of several lines. */
export function linesInText(source: string): ReadonlySet<number> {
  const inside = new Set<number>();
  const token = /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g;
  for (const { 0: text, index } of source.matchAll(token)) {
    const first = source.slice(0, index).split("\n").length;
    for (let line = first; line < first + text.split("\n").length - 1; line++) inside.add(line);
  }
  return inside;
}
