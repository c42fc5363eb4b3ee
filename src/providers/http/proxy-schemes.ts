/** What a proxy may speak; `socks` alone is version 5 with names looked up by the proxy. */
export const proxySchemes: ReadonlySet<string> = new Set([
  "http:",
  "https:",
  "socks:",
  "socks4:",
  "socks4a:",
  "socks5:",
  "socks5h:",
]);
