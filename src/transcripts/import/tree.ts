import * as v from "valibot";

/**
 * Conversations with edited messages or regenerated answers are kept as a tree. One branch becomes the conversation here: the one last
 * shown.
 */
interface Node {
  readonly parent: string | null;
  readonly message: Record<string, unknown> | null;
}

const record = v.record(v.string(), v.unknown());
const nodeSchema = v.object({
  parent: v.fallback(v.nullish(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), null), null),
  children: v.fallback(v.array(v.pipe(v.union([v.string(), v.number()]), v.transform(String))), []),
  message: v.fallback(v.nullish(record, null), null),
});

export type Tree = ReadonlyMap<string, Node>;

/** The nodes of a `mapping`; null when it is none. Where a parent is not named, being somebody's child tells it. */
export function treeOf(mapping: unknown): Tree | null {
  const entries = v.safeParse(record, mapping);
  if (!entries.success) return null;
  const nodes = new Map<string, Node>();
  const parents = new Map<string, string>();
  for (const [id, value] of Object.entries(entries.output)) {
    const node = v.safeParse(nodeSchema, value);
    if (!node.success) return null;
    for (const child of node.output.children) if (!parents.has(child)) parents.set(child, id);
    nodes.set(id, node.output);
  }
  for (const [id, node] of nodes) nodes.set(id, { ...node, parent: node.parent ?? parents.get(id) ?? null });
  return nodes;
}

/** All messages, of whichever branch. */
export function messagesOf(tree: Tree): Record<string, unknown>[] {
  return Array.from(tree.values(), ({ message }) => message).filter((message) => message !== null);
}

/**
 * The messages of one branch, the oldest first.
 * @param tip the last node of the branch; where it is not known, the message written last
 * @param timeOf when a message was written
 */
export function branchOf(
  tree: Tree,
  tip: string | null,
  timeOf: (message: Record<string, unknown>) => Date | null,
): Record<string, unknown>[] {
  const branch: Record<string, unknown>[] = [];
  const seen = new Set<string>();
  let id = tip !== null && tree.has(tip) ? tip : latest(tree, timeOf);
  while (id !== null && !seen.has(id)) {
    seen.add(id);
    const node: Node | undefined = tree.get(id);
    if (node?.message) branch.push(node.message);
    id = node?.parent ?? null;
  }
  return branch.reverse();
}

function latest(tree: Tree, timeOf: (message: Record<string, unknown>) => Date | null): string | null {
  let found: string | null = null;
  let time = Number.NEGATIVE_INFINITY;
  for (const [id, { message }] of tree) {
    if (message === null) continue;
    const written = timeOf(message)?.getTime() ?? Number.NEGATIVE_INFINITY;
    // Of the same moment, and where no times are known, the later one in the file.
    if (written >= time) [found, time] = [id, written];
  }
  return found;
}
