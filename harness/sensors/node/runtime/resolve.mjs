// A resolve hook (https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve): a bare
// name that is not found beside the code is looked for below each folder of NODE_PATH.

let folders = [];

export function initialize(given) {
  folders = given;
}

// Node looks for packages in the folders `node_modules` above the importing file; a file beside a
// folder of that name stands for it. A layer's folder always has that name, others may not.
const importers = (folder) =>
  folder.endsWith('/node_modules/') ? new URL('../importer.mjs', folder).href : null;

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z][a-z0-9+.-]*:/i.test(specifier)) {
      throw error;
    }
    for (const folder of folders) {
      const parentURL = importers(folder);
      if (parentURL === null) continue;
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        // The next folder may have it; the first error is the one to show.
      }
    }
    throw error;
  }
}
