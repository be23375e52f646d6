# Builds the JavaScript from source, then keeps what runs it.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
ENV DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN install -d -o 1000 -g 1000 /data
USER 1000
VOLUME /data
# Charging stations; 8380 is kept for the dashboard to come.
EXPOSE 3000 8380
CMD ["node", "--max-semi-space-size=4", "dist/main.js", "serve"]
