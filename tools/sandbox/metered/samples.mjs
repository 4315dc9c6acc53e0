// A value that a JSON schema allows, as far as the schemas of tools and of structured answers go.

const depth_max = 8;

/**
 * @param {any} schema
 * @param {string} text  Put where any text may stand.
 * @param {any} [root]   Where $ref points into.
 * @param {number} [depth]
 * @returns {unknown}
 */
export function sampleOf(schema, text, root = schema, depth = 0) {
  if (schema === null || typeof schema !== 'object' || depth > depth_max) return {};
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  if (Object.hasOwn(schema, 'const')) return schema.const;
  const next = (/** @type {any} */ one) => sampleOf(one, text, root, depth + 1);
  if (typeof schema.$ref === 'string') {
    const path = schema.$ref.replace(/^#\/?/, '').split('/').filter(Boolean);
    return next(path.reduce((/** @type {any} */ at, /** @type {string} */ key) => at?.[key], root));
  }
  const [either] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (either !== undefined) return next(either);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return text.slice(0, Math.min(schema.maxLength ?? 40, 40));
    case 'integer':
    case 'number':
      return schema.minimum ?? 7;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return schema.items === undefined ? [] : [next(schema.items)];
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, one]) => [name, next(one)]),
      );
  }
}
