import { generate } from "selfsigned";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The certificate of the authority that vouches for it. */
  readonly ca: string;
}

type Kind = "good" | "expired" | "other" | "self";

/** Certificates of a private authority: one for localhost and service.test, one that has expired, one for another host; and one of nobody's. */
export async function certificates(): Promise<Readonly<Record<Kind, Certificate>>> {
  made ??= make();
  return await made;
}

let made: ReturnType<typeof make> | undefined;

async function make() {
  const authority = await generate([{ name: "commonName", value: "Authority of the tests" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const sign = async (hosts: readonly [string, ...string[]], from: string, to: string): Promise<Certificate> => {
    const { private: key, cert } = await generate([{ name: "commonName", value: hosts[0] }], {
      keyType: "ec",
      algorithm: "sha256",
      ca: { key: authority.private, cert: authority.cert },
      notBeforeDate: new Date(from),
      notAfterDate: new Date(to),
      extensions: [{ name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) }],
    });
    return { key, cert, ca: authority.cert };
  };
  const [good, expired, other] = await Promise.all([
    sign(["localhost", "service.test"], "2020-01-01", "2120-01-01"),
    sign(["localhost"], "2001-01-01", "2002-01-01"),
    sign(["elsewhere.example"], "2020-01-01", "2120-01-01"),
  ]);
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
  });
  return { good, expired, other, self: { key, cert, ca: cert } };
}
