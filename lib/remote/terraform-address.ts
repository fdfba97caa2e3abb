import { TerraformResource } from "cdktf";

/** The address by which Terraform knows a resource of the stack. */
export function terraformAddress({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}
