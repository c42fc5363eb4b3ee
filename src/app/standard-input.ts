import { fstatSync } from "node:fs";

/** Whether something is piped or redirected in: no terminal, no device, no closed stdin. */
export function isPiped(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}
