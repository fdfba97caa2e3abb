"use strict";

// edit-stack.js STACK EDIT: changes a synthesized stack in place.
//   without-machines  takes out what needs machines: provisioners and connections. Resources of AWS stay as they are.
//   unprotected       lifts all protection from deletion, as a user does before a `destroy`.

const { readFileSync, writeFileSync } = require("node:fs");

const [file, edit] = process.argv.slice(2);
const stack = JSON.parse(readFileSync(file, "utf8"));

for (const resources of Object.values(stack.resource)) {
  for (const resource of Object.values(resources)) {
    if (edit === "without-machines") {
      delete resource.provisioner;
      delete resource.connection;
    }
    for (const protection of ["enable_deletion_protection", "deletion_protection", "disable_api_termination"]) {
      if (edit === "unprotected" && resource[protection] === true) {
        resource[protection] = false;
      }
    }
  }
}
writeFileSync(file, JSON.stringify(stack, undefined, 2));
