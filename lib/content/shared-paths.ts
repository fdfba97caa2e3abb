import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ContentObject } from "./objects";
import { Place, takenTwice } from "./taken-twice";

const CHANNELS = ["channel_rest", "channel_soap"];

/** Fields that tell channels of one path apart. */
const PLACE = ["url_path", "method", "http_accept", "soap_action"];

/** Channels of which Zato would refuse the second one, since another one answers the same requests. */
export function sharedPaths(scope: IConstruct, objects: readonly ContentObject[]): ConstructError[] {
  return takenTwice(objects, placesOf, (earlier, later) => {
    const text = `${earlier.key} and ${later.key} answer the same requests, ${describe(later)}, and Zato would refuse the second one`;
    return new ConstructError(scope, text, "give each a 'urlPath' or a 'method' of its own");
  });
}

function placesOf(object: ContentObject): Place[] {
  const isChannel = CHANNELS.includes(object.kind) && textOf(object, "url_path") !== "";
  return isChannel ? [{ what: "requests", value: JSON.stringify(PLACE.map((field) => textOf(object, field))) }] : [];
}

function describe(channel: ContentObject): string {
  const [path, method, accept] = PLACE.map((field) => textOf(channel, field));
  return `${[method, path].join(" ").trim()}${accept ? ` with Accept ${accept}` : ""}`;
}

function textOf({ fields }: ContentObject, field: string): string {
  const value = fields[field];
  return typeof value === "string" ? value.trim() : "";
}
