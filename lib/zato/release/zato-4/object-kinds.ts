/** A kind of objects that can be declared. */
export interface ObjectKind {
  /** The section of its objects in an enmasse file. */
  readonly section: string;

  /**
   * The keys that an import reads of it and keeps, from the importers of support/4.1 and the columns of its tables. With them are
   * those of earlier releases that are taken for one of them.
   */
  readonly keys: readonly string[];

  /** The fields without which an import fails. */
  readonly required: readonly string[];
}

function kind(section: string, keys: string, required = ""): ObjectKind {
  return { section, keys: keys.split(" ").sort(), required: required.split(" ").filter(Boolean) };
}

/** Other spellings of what a channel or a connection names. */
const SECURITY = "security security_name sec_def sec_name";

/** All that can be declared. */
export const KINDS: Readonly<Record<string, ObjectKind>> = {
  basic_auth: kind("security", "name type is_active username password realm", "username"),
  apikey: kind("security", "name type is_active username password header"),
  channel_rest: kind(
    "channel_rest",
    `name is_active service service_name url_path method data_format content_type timeout ${SECURITY} ` +
      "merge_url_params_req url_params_pri params_pri rate_limiting response_cache is_audit_log_active " +
      "should_include_in_openapi is_deprecated deprecation_sunset deprecation_successor",
    "url_path service",
  ),
  outgoing_rest: kind(
    "outgoing_rest",
    `name is_active host url_path data_format content_type timeout ping_method pool_size ${SECURITY} ` +
      "validate_tls tls_verify is_audit_log_active",
    "host url_path",
  ),
  outconn_sql: kind(
    "sql",
    "name is_active type engine host port db_name username password pool_size extra audit_log",
    "host port db_name username",
  ),
  scheduler: kind(
    "scheduler",
    "name is_active service service_name job_type start_date weeks days hours minutes seconds extra",
    "service",
  ),
  email_smtp: kind(
    "email_smtp",
    "name is_active host port timeout is_debug username password mode ping_address is_audit_log_active",
    "host port",
  ),
};

/** What is there no more, by kind: what it was, and what takes its place. */
export const GONE: Readonly<Record<string, readonly [what: string, instead: string]>> = {
  jwt: ["no JWT definitions", "let clients prove who they are by addBasicAuth() or addApiKey()"],
  web_socket: ["no WebSocket channels", "declare a REST channel"],
  channel_web_socket: ["no WebSocket channels", "declare a REST channel"],
  outgoing_wsx: ["no outgoing WebSocket connections", "call the other side by an outgoing REST connection"],
  zato_cache_builtin: [
    "no caches that are declared",
    "leave it out: services find self.cache, which the cluster's Redis keeps",
  ],
  sso: ["no single sign-on", "let clients prove who they are by addBasicAuth() or addApiKey()"],
  aws: ["no AWS definitions", "sign requests in the service that sends them"],
  tls_key_cert: ["no TLS definitions of this kind", "let the load balancer ask clients for certificates"],
  tls_channel_sec: ["no TLS definitions of this kind", "let the load balancer ask clients for certificates"],
  rbac_role: ["no roles", "give each channel a security definition of its own"],
  rbac_role_permission: ["no roles", "give each channel a security definition of its own"],
  rbac_client_role: ["no roles", "give each channel a security definition of its own"],
  pubsub_endpoint: ["no pub/sub endpoints", "add the permissions of the definition in each cluster's dashboard"],
  def_amqp: ["no AMQP definitions apart from channels and connections", "add both in each cluster's dashboard"],
  outconn_ftp: ["no outgoing FTP connections", "use Python's ftplib in the service"],
  outconn_redis: ["no outgoing Redis connections", "use the redis package, by a requirements.txt beside the services"],
  channel_zmq: ["no ZeroMQ", "use the zmq package, by a requirements.txt beside the services"],
  outconn_zmq: ["no ZeroMQ", "use the zmq package, by a requirements.txt beside the services"],
  def_jms_wmq: ["no IBM MQ definitions of this kind", "add the queues in each cluster's dashboard"],
  channel_jms_wmq: ["no IBM MQ definitions of this kind", "add the queues in each cluster's dashboard"],
  outconn_jms_wmq: ["no IBM MQ definitions of this kind", "add the queues in each cluster's dashboard"],
  notif_sql: ["no SQL notifications", "let a job call a service that looks"],
  def_cassandra: ["no Cassandra connections", "use the driver's package, by a requirements.txt beside the services"],
  query_cassandra: ["no Cassandra connections", "use the driver's package, by a requirements.txt beside the services"],
};
