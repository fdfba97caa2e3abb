# Redis, asked by its own client, which takes the password from its environment.
# shellcheck shell=bash

# redis_asked HOST PORT COMMAND...: what it answers, to the password of now or, while that is being changed, to the one of before.
redis_asked() {
    local answer secret
    for secret in redis_password redis_password.former; do
        answer=$(redis_client "$secret" -h "$1" -p "$2" "${@:3}" 2>&1) || true
        case $answer in
            '' | *NOAUTH* | *WRONGPASS* | *ERR* | *NOPERM* | *'Could not connect'*) ;;
            *)
                printf '%s\n' "$answer"
                return
                ;;
        esac
    done
    printf '%s\n' "$answer" >&2
    return 1
}

# redis_client SECRET ARGUMENT...: one that somebody else runs may ask for no password.
redis_client() (
    if [ -f "$(secret_file "$1")" ]; then
        REDISCLI_AUTH=$(cat "$(secret_file "$1")")
        export REDISCLI_AUTH
    fi
    foreign timeout 10 redis-cli "${@:2}" </dev/null
)

# redis_answers HOST PORT: not while it reads what it has kept.
redis_answers() {
    [ "$(redis_asked "$1" "$2" ping)" = PONG ]
}

# redis_refuses HOST PORT: whether it answers, and knows none of the passwords that we know.
redis_refuses() {
    local answer
    ! answer=$(redis_asked "$1" "$2" ping 2>&1) || return 1
    case $answer in *NOAUTH* | *WRONGPASS*) ;; *) return 1 ;; esac
}

redis_version() {
    redis-server --version | sed -n 's/^.* v=\([0-9.]*\) .*/\1/p'
}
