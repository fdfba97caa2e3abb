/**
 * How HAProxy speaks TLS here: Mozilla's "intermediate" configuration, version 5.7, without the suites that need
 * parameters of Diffie and Hellman, which no client of the last ten years asks for.
 *
 * Source: https://wiki.mozilla.org/Security/Server_Side_TLS
 */
const CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

const SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"].join(":");

const OPTIONS = "ssl-min-ver TLSv1.2 no-tls-tickets";

/** The lines of HAProxy's section `global` for what it listens on. */
export const TLS_BIND_POLICY = `\
    ssl-default-bind-ciphers ${CIPHERS}
    ssl-default-bind-ciphersuites ${SUITES}
    ssl-default-bind-options prefer-client-ciphers ${OPTIONS}
`;

/** The lines of HAProxy's section `global` for what it connects to. */
export const TLS_SERVER_POLICY = `\
    ssl-default-server-ciphers ${CIPHERS}
    ssl-default-server-ciphersuites ${SUITES}
    ssl-default-server-options ${OPTIONS}
`;

/** What is said on a line `bind` that speaks TLS with the certificate in a file. */
export function tlsBind(certificate: string, protocols: string): string {
  return ` ssl crt ${certificate} alpn ${protocols} curves X25519:prime256v1:secp384r1`;
}
