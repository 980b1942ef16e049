/** Whether a topic filter of MQTT (with `+` and `#`) takes `topic` (MQTT 5, 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  let at = 0;
  for (let i = 0; i < filter.length; i++) {
    const wanted = filter[i];
    if (wanted === "#") return true;
    if (wanted === "+") {
      const end = topic.indexOf("/", at);
      at = end < 0 ? topic.length : end;
    } else if (wanted === topic[at]) at++;
    else return at === topic.length && filter.endsWith("/#") && i === filter.length - 2; // `a/#` takes `a`, too
  }
  return at === topic.length;
}

/** The first of `filters` that takes `topic`. */
export function firstTaking(filters: Iterable<string>, topic: string): string | undefined {
  for (const filter of filters) if (matchesFilter(filter, topic)) return filter;
  return undefined;
}

/** Whether a text is a topic filter: `+` is a whole level, and `#` the last one (MQTT 5, 4.7.1). */
export function isFilter(text: string): boolean {
  const levels = text.split("/");
  return (
    text !== "" &&
    !text.includes("\0") &&
    levels.every((level, i) => !/[+#]/.test(level) || level === "+" || (level === "#" && i === levels.length - 1))
  );
}
