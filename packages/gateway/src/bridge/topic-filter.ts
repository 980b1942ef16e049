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
