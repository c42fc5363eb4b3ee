/** Where a server of the program listens. */
export interface ListenAddress {
  /** A name or an address, IPv6 without its brackets. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** Only programs of this machine reach it. */
const ownMachine = "127.0.0.1";

/** `9464`, `0.0.0.0:9464`, `[::1]:9464`; null for a text that is none of these. */
export function readListenAddress(text: string): ListenAddress | null {
  const [, bracketed, plain, digits] = /^(?:(?:\[([0-9a-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/iu.exec(text) ?? [];
  if (digits === undefined || Number(digits) > 65_535) return null;
  return { host: bracketed ?? plain ?? ownMachine, port: Number(digits) };
}

/** As it stands in a URL. */
export function hostAndPort({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
