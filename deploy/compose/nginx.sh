#!/bin/sh
# For docker-compose.scale.yml: deploy/nginx.conf with the two servers there, and the name that BETTER_AUTH_URL has.
set -eu
name=${BETTER_AUTH_URL#https://}
name=${name%%[:/]*}
sed -e 's/127\.0\.0\.1:8081/one:8080/' -e 's/127\.0\.0\.1:8082/two:8080/' -e "s/auth\.example\.com/$name/" \
    /etc/nginx/ai-editor.conf > /etc/nginx/conf.d/default.conf
