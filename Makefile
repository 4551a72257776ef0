# Everything a newcomer needs: make run, make test. `make help` lists the rest.
.PHONY: help run build test test-stress sanitize test-examples document check lint format prepare bench bench-chat bench-cluster bench-move bench-peers kill-test cluster test-cluster test-failover attack clean \
  databases databases-up databases-down databases-urls databases-status

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

prepare: ## install the system packages that are missing
	@Scripts/prepare

run: prepare ## build and serve the chat on embedded SQLite
	@Scripts/run

build: prepare ## build the release server with all drivers, at .build/release/dovetail-server
	swift build -c release --enable-all-traits --product dovetail-server

test: prepare ## run every check and every test
	@Scripts/test

test-stress: prepare ## the same, and what takes long: killed sessions, restarts, ten thousand cancellations
	@DOVETAIL_STRESS=1 Scripts/test

sanitize: prepare ## unit, driver and server tests under the thread and the address sanitizer
	@Scripts/sanitize

test-failover: prepare ## kill the primary of PostgreSQL under Patroni, and nodes of Galera, under writers of the framework
	@Scripts/test-failover

test-examples: prepare ## build and test the packages of Examples, as a stranger would
	@Scripts/databases up
	@Scripts/test-examples

document: prepare ## write what holds on which engine into the documentation
	@Scripts/document

check: test ## the same as test

lint: ## check the form of the sources
	@Scripts/lint

format: ## bring the sources into form
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests

bench: prepare ## measure the drivers beside raw C (and GRDB), on servers of its own
	@Scripts/bench

bench-peers: prepare ## measure drivers of Python, Go and Rust on the same cases
	@Scripts/bench-peers

bench-chat: prepare ## measure the chat server
	@Scripts/bench-chat

bench-cluster: prepare ## measure servers that share a database
	@Scripts/bench-cluster

bench-move: prepare ## move a chat of a million messages to every engine
	@Scripts/bench-move

attack: prepare ## ten minutes of hostile clients beside ordinary ones
	@Scripts/attack

kill-test: prepare ## kill the server ten times under load and look for losses
	@Scripts/kill-test

cluster: prepare ## three chat servers behind HAProxy on one database: ENGINE=postgres, mysql, patroni, galera
	@Scripts/chat-cluster

test-cluster: prepare ## three servers, 300 clients; servers and databases are killed, and what is lost is looked for
	@Scripts/test-cluster

databases: databases-up ## start PostgreSQL and MariaDB for the tests, with private data below .build

databases-down: ## stop them and remove their data
databases-urls: ## print their URLs
databases-status: ## say what runs, and where
databases-up databases-down databases-urls databases-status:
	@Scripts/databases $(@:databases-%=%)

clean: databases-down ## remove what was built
	rm -rf .build Benchmarks/.build
