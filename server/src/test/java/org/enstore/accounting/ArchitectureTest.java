package org.enstore.accounting;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Calendar;
import java.util.Date;

/** The house rules of {@code server/ARCHITECTURE.md}, held against the classes. */
@AnalyzeClasses(
    packages = "org.enstore.accounting",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OwnModule.class})
class ArchitectureTest {
  /** Leaves out the module of generated stubs, which shares the root package's name. */
  static final class OwnModule implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/accounting/proto/");
    }
  }

  private static final String ROOT = "org.enstore.accounting";
  private static final String JOOQ_GENERATED = ROOT + ".postgres.jooq..";

  private static String room(String name) {
    return ROOT + "." + name + "..";
  }

  private static ArchRule confined(String reason, String[] libraries, String... rooms) {
    return noClasses()
        .that(resideInAPackage(ROOT + "..").and(DescribedPredicate.not(resideInAnyPackage(rooms))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .because(reason);
  }

  @ArchTest
  static final ArchRule jdbc =
      confined(
          "SQL is the postgres room's, and the demo's that fills a database; root starts the demo",
          new String[] {"java.sql..", "javax.sql..", "org.postgresql.."},
          room("postgres"),
          room("demo"),
          ROOT);

  @ArchTest
  static final ArchRule jooqAndPools =
      confined(
          "only the postgres room queries",
          new String[] {"org.jooq..", "com.zaxxer.."},
          room("postgres"));

  @ArchTest
  static final ArchRule grpc =
      confined(
          "the wire stops at the edge; root wires it",
          new String[] {
            "io.grpc..", "com.google.protobuf..", "com.google.rpc..", ROOT + ".proto.."
          },
          room("grafana"),
          room("api"),
          room("preview"),
          room("cli"),
          ROOT);

  @ArchTest
  static final ArchRule arrow =
      confined(
          "one room knows the frame format",
          new String[] {"org.apache.arrow..", "com.google.flatbuffers.."},
          room("frame"));

  @ArchTest
  static final ArchRule caches =
      confined(
          "caches belong to the engine and to the instance registry",
          new String[] {"com.github.benmanes.."},
          room("series"),
          room("grafana"));

  @ArchTest
  static final ArchRule sketches =
      confined("quantiles belong to the engine", new String[] {"com.datadoghq.."}, room("series"));

  @ArchTest
  static final ArchRule distributions =
      confined(
          "distributions belong to the outlook",
          new String[] {"org.apache.commons.statistics..", "org.apache.commons.numbers.."},
          room("outlook"));

  @ArchTest
  static final ArchRule json =
      confined(
          "JSON is an edge's business",
          new String[] {"com.google.gson.."},
          room("grafana"),
          room("api"),
          room("preview"),
          room("cli"),
          room("frame"));

  @ArchTest
  static final ArchRule commandLine =
      confined(
          "a host must not wait for what only people use",
          new String[] {"picocli.."},
          room("cli"),
          ROOT);

  @ArchTest
  static final ArchRule prometheus =
      confined(
          "one room knows the metrics library", new String[] {"io.prometheus.."}, room("metrics"));

  @ArchTest
  static final ArchRule roomsHaveNoCycles =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule edgeAndDatabaseDoNotMeet =
      noClasses()
          .that()
          .resideInAPackage(room("grafana"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(room("postgres"))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(room("demo"));

  @ArchTest
  static final ArchRule publicEdgeKeepsToItself =
      noClasses()
          .that()
          .resideInAPackage(room("api"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(room("grafana"), room("postgres"), room("metrics"), room("demo"));

  @ArchTest
  static final ArchRule grafanasEdgeDoesNotKnowThePublicOne =
      noClasses()
          .that()
          .resideInAPackage(room("grafana"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(room("api"));

  @ArchTest
  static final ArchRule yaml =
      confined("one file is YAML, and root reads it", new String[] {"org.snakeyaml.."}, ROOT);

  @ArchTest
  static final ArchRule webServer =
      confined(
          "browsers ask the preview alone; root tells monitors",
          new String[] {"com.sun.net.httpserver.."},
          room("preview"),
          ROOT);

  @ArchTest
  static final ArchRule previewKnowsTheWireAlone =
      noClasses()
          .that()
          .resideInAPackage(room("preview"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              room("grafana"),
              room("series"),
              room("postgres"),
              room("frame"),
              room("measure"),
              room("config"),
              room("metrics"),
              room("demo"));

  @ArchTest
  static final ArchRule commandsKnowTheWireAlone =
      noClasses()
          .that()
          .resideInAPackage(room("cli"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              room("api"),
              room("grafana"),
              room("series"),
              room("postgres"),
              room("frame"),
              room("metrics"),
              room("demo"),
              room("preview"))
          .because("a command is a client like any other");

  @ArchTest
  static final ArchRule databaseKnowsNoEdge =
      noClasses()
          .that()
          .resideInAPackage(room("postgres"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              room("grafana"), room("api"), room("frame"), room("metrics"), room("demo"));

  @ArchTest
  static final ArchRule engineKnowsNouns =
      noClasses()
          .that()
          .resideInAPackage(room("series"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              room("grafana"),
              room("api"),
              room("postgres"),
              room("frame"),
              room("metrics"),
              room("demo"));

  @ArchTest
  static final ArchRule measureIsPure =
      classes()
          .that()
          .resideInAPackage(room("measure"))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(room("measure"), "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule catalogIsPure =
      classes()
          .that()
          .resideInAPackage(room("catalog"))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(room("catalog"), room("measure"), "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule configIsPure =
      classes()
          .that()
          .resideInAPackage(room("config"))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              room("config"), room("catalog"), room("measure"), "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule outlookIsPure =
      classes()
          .that()
          .resideInAPackage(room("outlook"))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              room("outlook"),
              "java.lang..",
              "java.util..",
              "org.jspecify..",
              "org.apache.commons.statistics..");

  @ArchTest
  static final ArchRule frameSeesMeasureAlone =
      noClasses()
          .that()
          .resideInAPackage(room("frame"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              room("series"),
              room("config"),
              room("grafana"),
              room("api"),
              room("postgres"),
              room("demo"));

  @ArchTest
  static final ArchRule nobodySeesRoot =
      noClasses()
          .that(resideInAPackage(ROOT + "..").and(DescribedPredicate.not(resideInAPackage(ROOT))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT);

  @ArchTest
  static final ArchRule standardStreamsAreTheHandshakes =
      noClasses()
          .that(
              DescribedPredicate.not(
                  resideInAPackage(ROOT)
                      .or(
                          DescribedPredicate.describe(
                              "owner of a standard stream",
                              (JavaClass type) ->
                                  type.getSimpleName().equals("Handshake")
                                      || type.getSimpleName().equals("HostLog")))))
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("stdout is the handshake channel and stderr the host's log");

  @ArchTest
  static final ArchRule timeIsHandedIn =
      noClasses()
          .that(
              resideInAnyPackage(
                      room("measure"),
                      room("config"),
                      room("outlook"),
                      room("series"),
                      room("postgres"),
                      room("frame"),
                      room("api"),
                      room("cli"),
                      room("grafana"))
                  .and(DescribedPredicate.not(resideInAPackage(JOOQ_GENERATED))))
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDate.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule wallClocksStayWithTheirColumns =
      noClasses()
          .that()
          .resideOutsideOfPackages(room("postgres"), room("demo"))
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(LocalDateTime.class, Date.class, Calendar.class);

  @ArchTest
  static final ArchRule stubsStayAtTheEdge =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAnyPackage(
              room("measure"), room("config"), room("series"), room("postgres"), room("frame"))
          .should()
          .notHaveRawReturnType(resideInAPackage(ROOT + ".proto.."));

  @ArchTest
  static final ArchRule nothingIsCalledHelper =
      noClasses()
          .that(DescribedPredicate.not(resideInAPackage(JOOQ_GENERATED)))
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Processor")
          .orShould()
          .haveSimpleNameEndingWith("Impl");
}
