// What a list costs at the least: the names in a folder, and each file's first kilobyte.
import { closeSync, openSync, readdirSync, readSync } from "node:fs";

const folder = process.argv[2];
const bytes = Buffer.alloc(1024);
for (const name of readdirSync(folder)) {
  const file = openSync(`${folder}/${name}`);
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
}
