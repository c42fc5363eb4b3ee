/** The package brings no types; this is what is used of it. */
declare module "picomatch" {
  export default function picomatch(pattern: string, options?: { dot?: boolean }): (path: string) => boolean;
}
