import { FRAMEWORK } from "../framework";

/** What the program says of itself. */
export const USAGE = `usage: ${FRAMEWORK.library} status [STACK] [--watch] [--json]
       ${FRAMEWORK.library} verify [STACK] [--json]
       ${FRAMEWORK.library} plan [STACK] [--plan FILE] [--markdown | --json]
       ${FRAMEWORK.library} deploy [STACK] [--plan FILE] [--yes]
       ${FRAMEWORK.library} restore [STACK] CLUSTER BACKUP [--keys-only] [--from-another] [--discard]
       ${FRAMEWORK.library} topology [STACK] [--dot | --svg] [--content]
       ${FRAMEWORK.library} ssh [STACK] HOST [-- COMMAND…]
       ${FRAMEWORK.library} web-admin [STACK] CLUSTER [--port PORT]
       ${FRAMEWORK.library} test-alarms [STACK]
       ${FRAMEWORK.library} logs [STACK] [COMPONENT…] [-f] [--since TIME] [--grep PATTERN]
       ${FRAMEWORK.library} init [FOLDER]
       ${FRAMEWORK.library} export HOST… [--into FOLDER] [--servers FOLDER[:FOLDER…]] [--user USER] [--zato FOLDER]
                  [--container NAME] [--engine docker|podman] [--key FILE] [--known-hosts FILE]
       ${FRAMEWORK.library} --help | --version

  status    ask every host how it and what is on it are; print the whole deployment on one screen, what is not well, and what to do
            next. Nothing is changed
              --watch         look again every two seconds, until the program is ended; what changes is listed with its time
              --json          print all of that as one JSON document; with --watch a line for each look
  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
              --json          print all of that as one JSON document
  plan      say what 'terraform plan' means: what is installed, restarted, reloaded, moved, removed, in which order, why, and which
            clusters answer meanwhile
              --plan FILE     what 'terraform plan -out' has written; without it, a plan is made, and not kept
              --markdown      for a comment on a pull request
              --json          print all of that as one JSON document
  deploy    let Terraform do what 'plan' says, and follow it: each step with its number, what hosts say, the time so far; at the end where
            the deployment is reached, or what has failed, in a few lines, and what to do next. It asks before it begins
              --plan FILE     what 'terraform plan -out' has written, and somebody has looked at: it is not asked again
              --yes           begin without being asked
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
  test-alarms
            let each host send a test message to those who get alarms
  logs      show what deploys, units, Zato's servers and balancers have said on all hosts, merged by time. COMPONENT is a name as
            in the document (host1-server1, edge), or the one in its cluster (server1)
              -f, --follow    go on until the program is ended
              --since TIME    how far to look back: 90s, 10m (the default), 2h, 1d
              --grep PATTERN  only lines that have the text, or match the basic regular expression
  init      write a project into FOLDER, or here, that synthesizes and deploys after three edits
  export    ask clusters that are there already what they run, and write a project that declares it: main.ts, services, enmasse.yaml,
            and what could not be exported. Of several clusters, what differs between them is printed first. Nothing is changed on
            their machines. HOST is what ssh takes: a name of its configuration, USER@ADDRESS, or ssh://USER@ADDRESS:PORT
              --into FOLDER   where to, by default zato-export; it must not be there
              --key FILE      the private key to log in with, by default an agent's, or those that ssh takes by itself
              --known-hosts FILE  where the hosts' keys are known, by default where ssh looks
            each of the following once for all hosts, or once for each in their order:
              --servers FOLDER[:FOLDER…]  the folders of all servers, by default those of the one environment in /opt/zato/env
              --user USER     who owns them, by default zato
              --zato FOLDER   Zato's code, by default /opt/zato/current
              --container NAME  the container that they are in; --engine podman where Docker does not run it

STACK is the name of a stack, or where '${FRAMEWORK.name} synth' has put it: production, or cdktf.out/stacks/production. Without it, the
only stack that is there. What only Terraform knows, 'terraform show -json' is asked for there (TERRAFORM_BINARY_NAME names another
program).

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong; of status: 0 all is well, 1 something is not, 2 no host can be asked; of plan: 0 whatever it says, 2 Terraform does not say;
of test-alarms: 1 one was not delivered; of deploy: 0 deployed, or nothing to do, 1 something is not, 2 Terraform makes no plan
`;
