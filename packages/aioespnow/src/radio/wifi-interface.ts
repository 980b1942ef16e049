/** A Wi-Fi interface of a radio: 0 is the station (`WLAN.IF_STA`), 1 the access point (`WLAN.IF_AP`). */
export type WifiInterface = 0 | 1;
