#!/bin/sh
# Start one of Attune's processes: web, live, worker, trainer, beat or migrate; anything else is a manage.py command.
set -eu
case "${1:-web}" in
web)
    exec granian --interface wsgi --host 0.0.0.0 --port "${PORT:-8000}" --no-ws \
        --workers "${WEB_WORKERS:-2}" --blocking-threads "${WEB_THREADS:-4}" config.wsgi:application
    ;;
live)
    exec uvicorn config.asgi:application --host 0.0.0.0 --port "${PORT:-8000}" --ws websockets-sansio
    ;;
worker)
    exec celery -A config worker --queues light --concurrency "${WORKER_PROCESSES:-2}" --hostname light@%h --loglevel INFO
    ;;
trainer)
    exec celery -A config worker --queues training --pool solo --hostname training@%h --loglevel INFO
    ;;
beat)
    exec celery -A config beat --loglevel INFO --pidfile= --schedule /tmp/celerybeat-schedule
    ;;
migrate)
    exec python manage.py migrate --noinput
    ;;
*)
    exec python manage.py "$@"
    ;;
esac
