import { constants, type Stats } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { systemReason } from "../errors.ts";
import { type Check, fine } from "./check.ts";
import { type Problem, problem } from "./problems.ts";
import type { StoragePlace, StorageFacts } from "./subject.ts";

/** Bytes: less than this, and long answers may soon not be saved. */
const leastSpace = 50_000_000;

export const folders: Check<"folders"> = {
  id: "folders",
  needs: [],
  look: async ({ places }) => {
    const looked = await Promise.all(places.map(lookAt));
    return {
      facts: { places: looked.map(({ facts }) => facts) },
      problems: looked.flatMap(({ problems }) => problems),
    };
  },
};

async function lookAt({ what, path, isPrivate }: StoragePlace): Promise<{ facts: StorageFacts; problems: Problem[] }> {
  const found = await stat(path).catch(() => null);
  const mode =
    found === null || process.platform === "win32" ? null : (found.mode & 0o777).toString(8).padStart(3, "0");
  const facts = { what, path, exists: found !== null, mode };
  const problems = [...(found === null ? [] : whoElse(path, found, isPrivate)), ...(await room(path, found))];
  return { facts, problems };
}

/** What others may do with it. Windows has no such modes; a home folder there is private anyway. */
function whoElse(path: string, { mode: bits, uid }: Stats, isPrivate: boolean): Problem[] {
  if (process.platform === "win32") return [];
  const mode = (bits & 0o777).toString(8);
  const writable = (bits & 0o022) !== 0;
  return [
    ...(writable ? [problem("writable_by_others", { path, mode })] : []),
    ...(!writable && isPrivate && (bits & 0o077) !== 0 ? [problem("readable_by_others", { path, mode })] : []),
    ...(uid === process.getuid?.() ? [] : [problem("foreign_owner", { path })]),
  ];
}

/** Whether it, or the folder it will be made in, can be written to, and has room. */
async function room(path: string, found: Stats | null): Promise<Problem[]> {
  try {
    const nearest = found === null ? await nearestFolder(path) : path;
    await access(nearest, constants.W_OK);
    const { bavail, bsize } = await statfs(nearest);
    const free = bavail * bsize;
    return free < leastSpace ? [problem("no_space", { path, megabytes: Math.floor(free / 1e6) })] : [];
  } catch (error) {
    return [problem("not_writable", { path, reason: systemReason(error) })];
  }
}

/** The folder that exists, and that what is missing will be made in. */
async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  try {
    // With the dot, a file in the place of a folder is an error.
    await stat(`${parent}/.`);
    return parent;
  } catch (error) {
    if (parent === path || systemReason(error) !== "ENOENT") throw error;
    return await nearestFolder(parent);
  }
}

export const transcripts: Check<"transcripts"> = {
  id: "transcripts",
  needs: [],
  look: async (subject) => {
    const { folder, count, bytes, unreadable, leftovers } = await subject.transcripts();
    const [first] = unreadable;
    const [leftover] = leftovers;
    return fine(
      { folder, count, bytes },
      first !== undefined &&
        problem("unreadable_transcripts", {
          folder,
          count: unreadable.length,
          first: first.path,
          reason: first.reason,
        }),
      leftover !== undefined &&
        problem("leftover_pictures", {
          folder,
          count: leftovers.length,
          first: leftover.path,
          bytes: leftovers.reduce((sum, each) => sum + each.bytes, 0),
        }),
    );
  },
};

export const index: Check<"index"> = {
  id: "index",
  needs: ["transcripts"],
  look: async (subject) => {
    const facts = await subject.index();
    const { path, state } = facts;
    if (state === "none") return { skip: "no_index" };
    return fine(
      facts,
      state === "damaged" && problem("index_damaged", { path }),
      state === "blocked" && problem("index_blocked", { path }),
    );
  },
};
