/**
 * What every object may have.
 *
 * These tables are the inputs of Zato 3.3's own services `create` and `edit`, what its `get-list` gives and what enmasse
 * exports and renames, read from the code of support/3.3. Kinds that are not here take keys of any name.
 */
const COMMON =
  "cluster_id connection def_id def_name id is_active is_internal name opaque1 password sec_def sec_type secret " +
  "security security_id security_name service service_name transport type type_";

const HTTP =
  "cache_expiry cache_id cache_name cache_type content_encoding content_type data_encoding data_format has_rbac " +
  "hl7_version host http_accept is_audit_log_received_active is_audit_log_sent_active is_rate_limit_active " +
  "is_wrapper json_path match_slash max_bytes_per_message_received max_bytes_per_message_sent " +
  "max_len_messages_received max_len_messages_sent merge_url_params_req method needs_security_group_names " +
  "params_pri ping_method pool_size rate_limit_check_parent_def rate_limit_def rate_limit_type " +
  "sec_tls_ca_cert_id sec_use_rbac security_group_count security_group_member_count security_groups " +
  "serialization_type service_id service_whitelist should_parse_on_input should_return_errors should_validate " +
  "soap_action soap_version timeout tls_verify url_params_pri url_path username wrapper_type";

const SECURITY =
  "auth_endpoint auth_server_url client_id_field client_secret_field data_format extra_fields grant_type header " +
  "is_rate_limit_active rate_limit_check_parent_def rate_limit_def rate_limit_type realm scopes ttl username";

/** The keys of each kind, but for those that every object may have. */
const KEYS: Readonly<Record<string, string>> = {
  channel_rest: HTTP,
  outgoing_rest: HTTP,
  channel_soap: HTTP,
  outconn_soap: HTTP,
  channel_amqp: "ack_mode consumer_tag_prefix data_format pool_size prefetch_count queue",
  pubsub_endpoint:
    "endpoint_type endpoint_type_name gen_conn_id last_deliv_time last_pub_time last_seen last_sub_time " +
    "message_tag_patterns pub_tag_patterns role sec_id sec_name service_id sub_key tags topic_patterns " +
    "ws_channel_id ws_channel_name",
  pubsub_topic:
    "current_depth_gd current_depth_non_gd depth_check_freq has_gd hook_service_id hook_service_name " +
    "is_api_sub_allowed last_endpoint_id last_endpoint_name last_pub_has_gd last_pub_msg_id last_pub_server_name " +
    "last_pub_server_pid last_pub_time limit_message_expiry limit_retention limit_sub_inactivity max_depth_gd " +
    "max_depth_non_gd needs_details on_no_subs_pub pub_buffer_size_gd sub_count target_service_name " +
    "task_delivery_interval task_sync_interval",
  outconn_amqp: "app_id content_encoding content_type delivery_mode expiration pool_size priority user_id",
  def_amqp: "frame_max heartbeat host port username vhost",
  outconn_sql: "db_name engine engine_display_name extra host pool_size port username",
  outconn_ftp: "acct default_directory dircache host port timeout user",
  scheduler:
    "cron_definition days extra hours job_type minutes repeats seconds service_id should_ignore_existing " +
    "start_date weeks",
  zato_cache_builtin:
    "cache_id cache_type current_size extend_expiry_on_get extend_expiry_on_set is_default max_item_size " +
    "max_size persistent_storage sync_method",
  email_smtp: "host is_debug mode ping_address port timeout username",
  email_imap:
    "client_id debug_level filter_criteria get_criteria host mode port server_type server_type_human tenant_id " +
    "timeout username",
  basic_auth: SECURITY,
  apikey: SECURITY,
  jwt: SECURITY,
  oauth: SECURITY,
  ntlm: SECURITY,
  aws: SECURITY,
};

/**
 * The keys that Zato reads of an object of a kind; it passes over all others without a word.
 *
 * @returns undefined when the kind takes keys of any name
 */
export function knownKeys(kind: string): readonly string[] | undefined {
  return Object.hasOwn(KEYS, kind) ? `${KEYS[kind]} ${COMMON}`.split(" ").sort() : undefined;
}
