import { SettingChange } from "./plan-changes";

/** What happens to a part of a deployment, the least first. */
export const EFFECTS = [
  "noted",
  "checked",
  "compared",
  "run",
  "changed",
  "deployed",
  "re-imported",
  "reloaded",
  // Without a claim: more than what comes before it, or less.
  "again",
  "started",
  "stopped",
  "moved",
  "restarted",
  "installed",
  "removed",
] as const;

/** One of {@link EFFECTS}. */
export type Effect = (typeof EFFECTS)[number];

/** What of another version of the program's or another machine is the same for each part. */
const ALWAYS: Readonly<Record<string, Effect>> = {
  // To the program another machine, which has nothing yet: what is missing there is installed.
  host_key: "installed",
  host_revision: "installed",
  // By what scripts know the release and the places, which are in the files of whatever runs.
  release: "noted",
  cluster_folder: "noted",
  hot_deploy: "noted",
  socket: "noted",
  back_end: "noted",
  back_end_once: "noted",
};

/** By which the components of a cluster reach their database, and which scripts only look there. */
const SAME_DATABASE: Readonly<Record<string, Effect>> = {
  odb_engine: "noted",
  odb_host: "noted",
  odb_port: "noted",
  odb_name: "noted",
  odb_user: "noted",
};

/** Zato writes these into a component's folder once; create_directory (lib/zato.sh) makes it anew where they differ, and nothing else. */
const CREATED_ANEW: Readonly<Record<string, Effect>> = {
  odb_engine: "restarted",
  odb_host: "restarted",
  odb_port: "restarted",
  odb_name: "restarted",
  odb_user: "restarted",
  command_secrets: "restarted",
  file_create: "noted",
};

/**
 * What a changed trigger does, by the kind of component: read off what `converge` in host-scripts/kinds/KIND.sh does with the
 * parameter, file or secret of that name (in_use and note_use say what a restart or a reload waits for). `*` stands for any end of a name. What
 * is not here is no promise: it is said to be brought again.
 */
const TABLE: Readonly<Record<string, Readonly<Record<string, Effect>>>> = {
  // preflight.sh changes nothing.
  host: { "*": "checked" },

  // Stages code, and starts nothing: what runs keeps its build until its own unit changes.
  installation: {
    sha256: "installed",
    version: "installed",
    package: "installed",
    zato: "installed",
    file_script: "installed",
    packages: "changed",
    file_sources: "changed",
    file_signing_key: "changed",
    folder: "noted",
    url: "noted",
  },

  // settle_password leaves a local database's former password until the first server has stopped for it.
  odb: {
    secret_odb_password: "changed",
    backed_up: "noted",
    command_secrets: "noted",
    file_create: "noted",
    on_removal: "noted",
    zato: "noted",
  },

  // in_use started: its configuration and its unit; its scheduler restarts with it. A new password is taken while it runs.
  redis: {
    ...SAME_DATABASE,
    file_config: "restarted",
    file_unit: "restarted",
    port: "restarted",
    secret_redis_password: "changed",
    bind: "noted",
    zato: "noted",
  },

  // A row that is updated, and files with secrets that servers are created with. Another secret key is refused: no promise.
  cluster: {
    lb_port: "changed",
    secret_admin_invoke_password: "changed",
    secret_jwt_secret: "changed",
    secret_scheduler_api_password: "changed",
    secret_redis_password: "changed",
    command_secrets: "noted",
    file_create: "noted",
    folders: "noted",
    zato: "noted",
  },

  // in_use started: its environment file and its unit. Workers and address are in these.
  server: {
    ...CREATED_ANEW,
    file_unit: "restarted",
    file_environment: "restarted",
    environment_secrets: "restarted",
    redis_password: "restarted",
    redis_host: "restarted",
    redis_port: "restarted",
    home: "restarted",
    workers: "restarted",
    address: "restarted",
    closed_channels: "changed",
    packages: "noted",
    health_url: "noted",
    load_balancer_socket: "noted",
    // In states of before; now it is the load-balancer's.
    drain_seconds: "noted",
    zato: "noted",
  },

  // use_haproxy_config: a new unit is a restart, another configuration or certificate a reload. The port is in the configuration.
  "load-balancer": {
    ...SAME_DATABASE,
    file_unit: "restarted",
    file_config: "reloaded",
    health_url: "reloaded",
    certificate: "reloaded",
    certificate_file: "reloaded",
    web_admin_certificate: "reloaded",
    web_admin_certificate_file: "reloaded",
    secret_certificate: "reloaded",
    secret_web_admin_certificate: "reloaded",
    // remove_other_servers.
    servers: "changed",
    other_clusters: "noted",
    notice_seconds: "noted",
    drain_seconds: "noted",
    taken_out_acl: "noted",
    server_prefix: "noted",
    zato: "noted",
  },

  // in_use started: its folder's stamp, "bind", its unit.
  "web-admin": {
    ...CREATED_ANEW,
    file_unit: "restarted",
    bind: "restarted",
    port: "restarted",
    secret_web_admin_password: "changed",
    password_secrets: "changed",
    file_update_password: "noted",
    file_environment: "restarted",
    environment_secrets: "restarted",
    environment_file: "noted",
    address: "noted",
    log_in_path: "noted",
    zato: "noted",
  },

  // The resource that starts it follows any change of it (lib/zato/scheduler.ts); where it does not run it is only made ready.
  scheduler: { "*": "restarted" },

  // A oneshot unit that a timer starts, and a first backup each time.
  backup: {
    ...SAME_DATABASE,
    schedule: "changed",
    directory: "changed",
    retain: "changed",
    file_unit: "changed",
    file_timer: "changed",
    file_deliver: "changed",
    deliver: "changed",
    zato: "noted",
  },

  // deploy_services, import_objects, restart_for_what_is_read_at_start (lib/services.sh); else it is verified.
  content: {
    "services/*": "deployed",
    "static/*": "changed",
    "modules/*": "restarted",
    "user-conf/*": "restarted",
    "requirements.txt": "restarted",
    file_enmasse: "re-imported",
    "file_enmasse_*": "re-imported",
    "secret_*": "re-imported",
    secrets_versions: "re-imported",
    exclusive_content: "re-imported",
    servers: "compared",
    build: "compared",
    packages: "compared",
    server_path: "compared",
    staged_services: "noted",
    start_folders: "noted",
    open_folders: "noted",
    zato: "compared",
    // Of the same declaration.
    services: "noted",
    objects: "noted",
    stages: "noted",
    owned: "noted",
    file_expected: "noted",
    sql_connections: "noted",
    secret_variables: "noted",
  },

  // The same for HAProxy; keepalived is reloaded for its configuration, and restarted for its unit. The port is in the configuration.
  haproxy: {
    file_unit: "restarted",
    file_vrrp_unit: "restarted",
    file_config: "reloaded",
    file_keepalived: "reloaded",
    file_members_ca: "reloaded",
    certificate: "reloaded",
    certificate_file: "reloaded",
    secret_certificate: "reloaded",
    entry_url: "reloaded",
    virtual_router_id: "reloaded",
    peers: "reloaded",
    own_address: "reloaded",
    file_check: "changed",
    members: "noted",
    answering_back_end: "noted",
    last_back_end: "noted",
    server_name: "noted",
    others_told: "noted",
  },

  // try_rules, at each run.
  firewall: { "*": "reloaded" },

  // Oneshot units that a timer starts.
  metrics: { "*": "changed" },
  alarms: { "*": "changed" },
};

/** What a changed trigger of a component of some kind does. */
export function effectOf(kind: string, { name, before, after }: SettingChange): Effect {
  if (kind === "content" && name === "owned" && hasNewJwt(before, after)) {
    return "restarted";
  }
  const ofKind = { ...TABLE[kind], ...(kind === "host" ? {} : ALWAYS) };
  const pattern = Object.keys(ofKind).find((key) => key.endsWith("*") && name.startsWith(key.slice(0, -1)));
  return ofKind[name] ?? (pattern === undefined ? "again" : ofKind[pattern]!);
}

/** Servers hear of a new JWT definition in no other way (kinds/content.sh, create_jwt_definitions). */
function hasNewJwt(before = "", after = ""): boolean {
  const known = before.split("\n");
  return after.split("\n").some((line) => line.startsWith("jwt/") && !known.includes(line));
}

/** The greatest of some effects. */
export function greatest(effects: readonly Effect[]): Effect {
  return EFFECTS[Math.max(0, ...effects.map((effect) => EFFECTS.indexOf(effect)))]!;
}

/** What is to be said of an effect on a kind of component, besides its name. */
const REMARKS: Readonly<Record<string, Partial<Readonly<Record<Effect, string>>>>> = {
  installation: { installed: "restarts nothing" },
  server: { restarted: "drained before" },
  content: {
    restarted: "the cluster's servers, one after the other",
    deployed: "servers are restarted where other services import it",
  },
  // forget_what_servers_still_tell, where it did not run before.
  scheduler: { started: "if there are jobs, servers of Zato 3 in its cluster are restarted before" },
  backup: { changed: "a backup is made at once", installed: "a backup is made at once" },
  firewall: { reloaded: "taken back unless one can log in under it" },
};

/** What is to be said of an effect besides its name; empty where nothing is. */
export function remarkOn(kind: string, effect: Effect): string {
  return REMARKS[kind]?.[effect] ?? "";
}
