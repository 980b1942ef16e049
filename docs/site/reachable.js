// A plugin of TypeDoc: a type that a user meets in the reference must be in it. TypeDoc's own check (`notExported`) looks at
// the types of one package only, that of this folder, which has none. Base classes are left out, because their members are
// shown with the classes that inherit them; so are constants of which a type is made, and what is marked `@internal`.
// Parameters that a function takes apart are called `options`: TypeDoc has no name for them.
import { Application, Converter, makeRecursiveVisitor } from "typedoc";

const PACKAGES = ["aioespnow", "espnow-gateway", "espnow-micropython"];

/** @param {Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const one of Object.values(project.reflections)) if (one.name === "__namedParameters") one.name = "options";
  });
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    const users = new Map();
    const constants = new Set();
    for (const user of Object.values(project.reflections)) {
      const visitor = makeRecursiveVisitor({
        query: ({ queryType }) => void constants.add(queryType),
        reference(type) {
          if (type.reflection !== undefined || type.refersToTypeParameter || constants.has(type)) return;
          if (!PACKAGES.includes(type.package)) return;
          if (!project.symbolIdHasBeenRemoved(type.symbolId)) users.set(type.qualifiedName, user.getFriendlyFullName());
        },
      });
      user.type?.visit(visitor);
    }
    for (const [type, user] of users) app.logger.validationWarning(`${user} uses ${type}, which is not exported`);
  });
}
