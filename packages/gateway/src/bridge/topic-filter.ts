/** Whether a topic filter of MQTT (with `+` and `#`) takes `topic` (MQTT 5, 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (i >= levels.length || (level !== "+" && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
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
