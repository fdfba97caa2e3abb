# Whose a component is: Terraform's id of it, which is the same as long as its state is.
# shellcheck shell=bash

# tell_of_another_owner WHAT FILE: says that another state has deployed it, as FILE has noted. It may be lost, with nothing else, and so it is no
# failure; or it is that of another program, and neither knows of the other.
tell_of_another_owner() {
    local former
    # A deploy that makes up for this one does not know whose it is.
    [ -s "$staged.owner" ] && [ -s "$2" ] || return 0
    former=$(cat "$2")
    [ "$former" = "$(cat "$staged.owner")" ] ||
        progress "$1 was deployed by another state of Terraform, in which it is $former, and is this one's now; where that state is not lost, two programs have one name for it on this host: destroy and rename nothing before you have read what docs/environments.md says of that"
}

# note_owner FILE
note_owner() {
    [ ! -s "$staged.owner" ] || put_file "$staged.owner" "$1" 0600 root
}
