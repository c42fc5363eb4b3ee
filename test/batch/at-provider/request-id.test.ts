import fc from "fast-check";
import { expect, test } from "vitest";
import { customIdOf, idOfCustom } from "../../../src/batch/at-provider/request-id.ts";

test("what every service takes stays as it is", () => {
  for (const id of ["line-1", "a.b:c_d", "x".repeat(64)]) expect(customIdOf(id)).toBe(id);
});

test("every id becomes a safe one of its own, and is told by it unless it is long", () => {
  const ids = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.constantFrom("b64.YQ", "sha.x", "a\nb"));
  fc.assert(
    fc.property(fc.uniqueArray(ids, { maxLength: 4 }), (all) => {
      const customIds = all.map(customIdOf);
      expect(new Set(customIds).size).toBe(all.length);
      for (const [index, customId] of customIds.entries()) {
        if (!/^[\w.:-]{1,64}$/u.test(customId)) throw new Error(`not safe: ${customId}`);
        if (!customId.startsWith("sha.") && idOfCustom(customId) !== all[index]) throw new Error(`lost: ${all[index]}`);
      }
    }),
    { numRuns: 20 },
  );
});
