# What people may be shown.
# shellcheck shell=bash

# visible: text without what terminals obey. Much of it comes from programs in whose logs anybody may have written it.
visible() {
    LC_ALL=C sed 's/[\x00-\x08\x0b-\x1f\x7f]//g; s/\xc2[\x80-\x9f]//g'
}
