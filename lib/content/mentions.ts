import { ContentObject } from "./objects";
import { ServiceFile } from "./service-file";

/** Which objects the files of services name between quotes: that is how services find connections. From `service/NAME`. */
export function mentionsIn(
  files: readonly ServiceFile[],
  objects: readonly ContentObject[],
): { readonly from: string; readonly to: string }[] {
  return files.flatMap(({ text, services }) => {
    const named = objects.filter(({ name }) => [`"${name}"`, `'${name}'`].some((quoted) => text.includes(quoted)));
    return services.flatMap((service) => named.map(({ key }) => ({ from: `service/${service}`, to: key })));
  });
}
