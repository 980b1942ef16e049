/** Which board a program believes to run on. */
export type BoardName = "esp32" | "esp8266";
