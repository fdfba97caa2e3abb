import { FRAMEWORK } from "../framework";

/** What the program says of itself. */
export const USAGE = `usage: ${FRAMEWORK.library} verify [STACK_FOLDER] [--json]
       ${FRAMEWORK.library} plan [STACK_FOLDER] [--plan FILE] [--markdown | --json]
       ${FRAMEWORK.library} restore [STACK_FOLDER] CLUSTER BACKUP [--keys-only] [--from-another] [--discard]
       ${FRAMEWORK.library} topology [STACK_FOLDER] [--dot | --svg] [--content]
       ${FRAMEWORK.library} ssh [STACK_FOLDER] HOST [-- COMMAND…]
       ${FRAMEWORK.library} web-admin [STACK_FOLDER] CLUSTER [--port PORT]
       ${FRAMEWORK.library} logs [STACK_FOLDER] [COMPONENT…] [-f] [--since TIME] [--grep PATTERN]
       ${FRAMEWORK.library} init [FOLDER]
       ${FRAMEWORK.library} --help | --version

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
              --json          print all of that as one JSON document
  plan      say what 'terraform plan' means: what is installed, restarted, reloaded, moved, removed, in which order, why, and which
            clusters answer meanwhile
              --plan FILE     what 'terraform plan -out' has written; without it, a plan is made, and not kept
              --markdown      for a comment on a pull request
              --json          print all of that as one JSON document
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it. What is there now is kept as a backup on the host.
              --keys-only     the keys alone, for an ODB that is still there
              --from-another  BACKUP may be that of another deployment
              --discard       what is there now may be lost
  topology  print a picture of what the stack declares, in Mermaid; no host and no Terraform is asked
              --dot           in the language of Graphviz
              --svg           drawn, by Graphviz from the package @viz-js/viz
              --content       what the clusters run: channels and jobs, services, connections
  ssh       open a shell on HOST, or run COMMAND by its shell, as ssh does; the exit status is its own, or 255 where HOST is
            not reached
  web-admin bring the web-admin of CLUSTER to this machine, until the program is ended; print its URL, and where the password is
              --port PORT     the port here, by default its own, or the next one that is free
  logs      show what deploys, units, Zato's servers and balancers have said on all hosts, merged by time. COMPONENT is a name as
            in the document (host1-server1, edge), or the one in its cluster (server1)
              -f, --follow    go on until the program is ended
              --since TIME    how far to look back: 90s, 10m (the default), 2h, 1d
              --grep PATTERN  only lines that have the text, or match the basic regular expression
  init      write a project into FOLDER, or here, that synthesizes and deploys after three edits

STACK_FOLDER is where '${FRAMEWORK.name} synth' has put the stack, for example cdktf.out/stacks/production; without it, the only
stack that is there. What only Terraform knows, 'terraform show -json' is asked for there (TERRAFORM_BINARY_NAME names another
program).

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong; of plan: 0 whatever it says, 2 Terraform does not say
`;
